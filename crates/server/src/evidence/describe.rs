//! Uploads and content, as the description of the API says them.

use axum::http::Method;
use serde_json::{Value, json};

use super::content::{PATH, TAKE};
use crate::kit::openapi::{Operation, header_parameter};
use crate::viewing_grant::api::taken;

/// Group on the reference page.
const TAG: &str = "证据上传与播放";

const PROTOCOL: &str =
    "断点续传协议 tus 1.0.0（https://tus.io）；任何 tus 客户端都可以使用。请求头 Tus-Resumable 应为 1.0.0。";

fn version() -> Value {
    json!({
        "name": "Tus-Resumable", "in": "header", "required": true, "description": "协议版本",
        "schema": { "type": "string", "enum": ["1.0.0"] },
    })
}

fn header(name: &str, words: &str, schema: Value) -> Value {
    header_parameter(name, words, schema)
}

fn bytes() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn text() -> Value {
    json!({ "type": "string" })
}

/// One operation of the protocol.
fn upload(method: Method, path: &str, id: &str, summary: &str, success: (u16, &'static str)) -> Operation {
    let mut it = Operation::new(method, path, id, TAG);
    summary.clone_into(&mut it.summary);
    it.success = (success.0, success.1, json!({}));
    it.description = PROTOCOL.to_owned();
    it
}

/// The operations.
pub fn described() -> (Vec<Operation>, Vec<(&'static str, Value)>) {
    const ALL: &str = "/api/v1/uploads";
    const ONE: &str = "/api/v1/uploads/{id}";
    let upload_id = || json!({ "type": "string", "pattern": "^[0-9a-f]{32}$" });
    let checksum = || header("Upload-Checksum", "本次内容的校验和：sha1 或者 sha256，空格，base64", text());
    let offset = || {
        let mut it = header("Upload-Offset", "本次内容开始的位置", bytes());
        it["required"] = true.into();
        it
    };
    let mut operations = vec![
        upload(Method::OPTIONS, ALL, "upload_options", "上传能力", (204, "版本、扩展、最大长度和校验算法在响应头")),
        upload(Method::POST, ALL, "upload_create", "建立上传任务", (201, "地址在响应头 Location"))
            .says(format!(
                "{PROTOCOL}请求体为空，或者为最前面的内容（Content-Type：application/offset+octet-stream）。"
            ))
            .with(version())
            .with(header("Upload-Length", "文件长度（字节），与 Upload-Defer-Length 二选一", bytes()))
            .with(header("Upload-Defer-Length", "长度以后再报", json!({ "type": "string", "enum": ["1"] })))
            .with(header(
                "Upload-Metadata",
                "recording（音像记录编号）、segment（段号）必填；filename、filetype、sha256_root 选填；值为 base64",
                text(),
            ))
            .with(checksum())
            .fails(&[412, 415, 460, 507]),
        upload(Method::OPTIONS, ONE, "upload_options_one", "上传能力", (204, "同上")).at("id", upload_id()),
        upload(Method::HEAD, ONE, "upload_offset", "查询上传位置", (200, "Upload-Offset 为下一个字节的位置"))
            .at("id", upload_id())
            .with(version())
            .fails(&[412]),
        upload(Method::PATCH, ONE, "upload_append", "接着上传", (204, "Upload-Offset 为新的位置，此前内容已经落盘"))
            .says(format!(
                "{PROTOCOL}请求体为内容，Content-Type 应为 application/offset+octet-stream；传完即核对、登记。"
            ))
            .at("id", upload_id())
            .with(version())
            .with(offset())
            .with(header("Upload-Length", "此前没有报的文件长度", bytes()))
            .with(checksum())
            .fails(&[412, 415, 460, 507]),
        upload(Method::DELETE, ONE, "upload_terminate", "放弃上传任务", (204, "已放弃；已入库的内容不受影响"))
            .at("id", upload_id())
            .with(version())
            .fails(&[412]),
        upload(Method::POST, ONE, "upload_overridden", "以 POST 代替其他方法", (204, "同被代替的方法"))
            .at("id", upload_id())
            .with(version())
            .with(header(
                "X-HTTP-Method-Override",
                "被代替的方法",
                json!({ "type": "string", "enum": ["PATCH", "DELETE", "HEAD"] }),
            ))
            .fails(&[412, 415, 460, 507]),
    ];
    operations.push(content());
    operations.push(
        taken(TAKE, "segment_copy", "复制、导出音像记录一段")
            .at("segment", json!({ "type": "integer", "minimum": 1, "maximum": 65535 }))
            .produces("application/octet-stream"),
    );
    operations.push(preview());
    (operations, Vec::new())
}

/// The small picture of a piece.
fn preview() -> Operation {
    Operation::get(
        super::preview::PATH,
        "segment_preview",
        TAG,
        "音像记录一段的缩略图或者封面",
        json!({ "type": "string", "format": "binary" }),
    )
    .says("JPEG，由入库内容另行生成；没有的，答复 404。权限与查看内容相同；采集人、承办人以外的人员查看的，登记为一次查阅。")
    .at("segment", json!({ "type": "integer", "minimum": 1, "maximum": 65535 }))
    .produces("image/jpeg")
    .fails(&[409])
}

/// The bytes of a piece.
fn content() -> Operation {
    let mut content = Operation::get(
        PATH,
        "segment_content",
        TAG,
        "音像记录一段的内容",
        json!({ "type": "string", "format": "binary" }),
    )
    .says("可以只取一部分（Range、If-Range）；ETag 为证据的 SHA-256 根。每次查看都登记。")
    .at("segment", json!({ "type": "integer", "minimum": 1, "maximum": 65535 }))
    .with(header("Range", "取哪一部分，如 bytes=0-1048575", text()))
    .produces("application/octet-stream")
    .fails(&[409, 416]);
    content.also = Some((206, "其中一部分"));
    content
}
