//! Failures as answers: problem+json (RFC 9457) for programs, a designed page for
//! people. Handlers return a [`Failure`]; the shell writes it in the right form.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mingjing_domain::refusal::Refusal;
use serde_json::{Value, json};
use std::sync::Arc;

use super::db::DbError;
use super::error::WriteError;
use super::ui::show;

/// Why a request was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Nobody is signed in, or no longer.
    #[error("请先登录")]
    SignIn,
    /// The password must be changed first.
    #[error("请先更改密码")]
    ChangePassword,
    /// The law or a rule does not allow it.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// The request does not come from a page of ours.
    #[error("请求不是从本系统页面提交的")]
    Forged,
    /// There is no such page or thing.
    #[error("地址可能写错了，或者内容已经移走、撤下")]
    NotFound,
    /// The address does not take this method.
    #[error("这个地址不接受这种请求")]
    Method,
    /// Others changed the matter meanwhile.
    #[error("他人同时修改了同一事项，请重新打开后再办")]
    Conflict,
    /// The version that the caller named is not the newest (`If-Match`).
    #[error("该事项在您看过之后已有变化")]
    Stale,
    /// The body is of another media type than the address takes.
    #[error("内容应为 {0}")]
    Media(&'static str),
    /// What must be unique is there already.
    #[error("已有相同的记录")]
    Duplicate,
    /// The content was lawfully destroyed.
    #[error("该事项的内容已依法销毁")]
    Gone,
    /// Too many attempts.
    #[error("尝试次数过多，请在 {wait} 秒后再试")]
    TooMany {
        /// Seconds to wait.
        wait: i64,
    },
    /// The body is too large.
    #[error("提交的内容过大")]
    TooLarge,
    /// The request cannot be read.
    #[error("请求不能读出：{0}")]
    Malformed(String),
    /// The answer took too long.
    #[error("处理超时，未确认完成；请重新打开查看结果")]
    Timeout,
    /// The request speaks another version of the upload protocol.
    #[error("上传协议的版本应为 tus 1.0.0（请求头 Tus-Resumable）")]
    Protocol,
    /// The evidence store refuses or fails.
    #[error("{0}")]
    Evidence(#[from] mingjing_vault::Error),
    /// Writes are stopped, for the named reason.
    #[error("{0}")]
    Unavailable(String),
    /// Something broke inside; the cause is in the log only.
    #[error("系统出错")]
    Broken(String),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<super::password::HashError> for Failure {
    fn from(error: super::password::HashError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Refused(refusal) => Self::Refused(refusal),
            WriteError::NotFound(_) => Self::NotFound,
            WriteError::Conflict | WriteError::LeaseLost => Self::Conflict,
            WriteError::Duplicate(_) => Self::Duplicate,
            WriteError::Erased => Self::Gone,
            WriteError::Clock { .. } | WriteError::Stopped(_) => Self::Unavailable(error.to_string()),
            WriteError::Decode(_) | WriteError::Json(_) | WriteError::Db(_) => {
                Self::Broken(error.to_string())
            }
        }
    }
}

impl Failure {
    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::ChangePassword | Self::Forged => StatusCode::FORBIDDEN,
            Self::Refused(refusal) if refusal.code.starts_with("authz.") => StatusCode::FORBIDDEN,
            Self::Refused(refusal) if !refusal.fields.is_empty() => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Refused(_) | Self::Conflict | Self::Duplicate => StatusCode::CONFLICT,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Stale => StatusCode::PRECONDITION_FAILED,
            Self::Media(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Gone => StatusCode::GONE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Timeout | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Protocol => StatusCode::PRECONDITION_FAILED,
            // The store names only statuses that there are.
            Self::Evidence(error) => {
                StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Stable machine code.
    pub fn code(&self) -> &str {
        match self {
            Self::SignIn => "auth.sign_in",
            Self::ChangePassword => "auth.change_password",
            Self::Refused(refusal) => &refusal.code,
            Self::Forged => "auth.forged",
            Self::NotFound => "request.not_found",
            Self::Method => "request.method",
            Self::Conflict => "write.conflict",
            Self::Duplicate => "write.duplicate",
            Self::Stale => "write.stale",
            Self::Media(_) => "request.media",
            Self::Gone => "matter.erased",
            Self::TooMany { .. } => "request.too_many",
            Self::TooLarge => "request.too_large",
            Self::Malformed(_) => "request.malformed",
            Self::Timeout => "request.timeout",
            Self::Protocol => "upload.version",
            Self::Evidence(error) => error.code(),
            Self::Unavailable(_) => "write.stopped",
            Self::Broken(_) => "server.broken",
        }
    }

    /// What to do next, in words.
    pub fn remedy(&self) -> &str {
        match self {
            Self::SignIn => "登录后重新办理",
            Self::ChangePassword => "在“我的账户”更改密码后再办理",
            Self::Refused(refusal) => &refusal.remedy,
            Self::Forged => "回到原页面，刷新后重新提交",
            Self::NotFound => "请核对地址，或者从首页查找",
            Self::Method => "从页面上的链接和按钮办理",
            Self::Conflict => "重新打开该事项，核对最新内容后再办理",
            Self::Duplicate => "核对编号或者名称后重新提交",
            Self::Stale => "重新查看该事项，核对最新内容后以新的版本号办理",
            Self::Media(_) => "按接口说明的格式提交，并写明 Content-Type",
            Self::Gone => "销毁的依据和时间见该事项的记录",
            Self::TooMany { .. } => "稍后再试",
            Self::TooLarge => "减少内容后重新提交",
            Self::Malformed(_) => "核对后重新提交",
            Self::Timeout => "同一编号的操作只办理一次，可以安全地重新提交",
            Self::Protocol => "请用支持 tus 1.0.0 的上传程序",
            Self::Evidence(error) => error.remedy(),
            Self::Unavailable(_) => "可以继续查看；请联系系统管理员",
            Self::Broken(_) => "请稍后重试；仍不成功时，把请求编号告诉系统管理员",
        }
    }

    /// The body for programs.
    pub fn json(&self, request_id: &str) -> Value {
        let (article, after, fields) = match self {
            Self::Refused(it) => {
                (Some(it.article.to_string()), it.after.map(|day| day.to_string()), json!(it.fields))
            }
            Self::SignIn
            | Self::ChangePassword
            | Self::Forged
            | Self::NotFound
            | Self::Method
            | Self::Conflict
            | Self::Duplicate
            | Self::Stale
            | Self::Media(_)
            | Self::Gone
            | Self::TooMany { .. }
            | Self::TooLarge
            | Self::Malformed(_)
            | Self::Timeout
            | Self::Protocol
            | Self::Evidence(_)
            | Self::Unavailable(_)
            | Self::Broken(_) => (None, None, json!([])),
        };
        json!({
            "type": format!("/api/problems/{}", self.code()),
            "title": self.title(),
            "status": self.status().as_u16(),
            "detail": self.detail(),
            "code": self.code(),
            "article": article,
            "remedy": self.remedy(),
            "after": after,
            "fields": fields,
            "request_id": request_id,
        })
    }

    fn detail(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal.message.clone(),
            // Where it lies is for the log.
            Self::Evidence(error) if self.status().is_server_error() && error.status() != 507 => {
                "证据库出错，已确认的内容没有丢失".to_owned()
            }
            Self::SignIn
            | Self::ChangePassword
            | Self::Forged
            | Self::NotFound
            | Self::Method
            | Self::Conflict
            | Self::Duplicate
            | Self::Stale
            | Self::Media(_)
            | Self::Gone
            | Self::TooMany { .. }
            | Self::TooLarge
            | Self::Malformed(_)
            | Self::Timeout
            | Self::Protocol
            | Self::Evidence(_)
            | Self::Unavailable(_)
            | Self::Broken(_) => self.to_string(),
        }
    }

    /// Title of the page.
    pub fn title(&self) -> &'static str {
        match self {
            Self::SignIn => "请先登录",
            Self::ChangePassword => "请先更改密码",
            Self::Refused(refusal) if refusal.code.starts_with("authz.") => "没有权限",
            Self::Refused(_) => "现在不能办理",
            Self::Forged => "提交未被接受",
            Self::NotFound => "没有找到这个页面",
            Self::Method => "不能这样打开",
            Self::Conflict => "内容已有变化",
            Self::Duplicate => "已有相同的记录",
            Self::Stale => "内容已有变化",
            Self::Media(_) => "内容的格式不对",
            Self::Gone => "内容已依法销毁",
            Self::TooMany { .. } => "请稍后再试",
            Self::TooLarge => "提交的内容过大",
            Self::Malformed(_) => "请求不能读出",
            Self::Timeout => "处理超时",
            Self::Protocol => "上传协议的版本不对",
            Self::Evidence(_) => "证据库没有完成请求",
            Self::Unavailable(_) => "暂停办理",
            Self::Broken(_) => "系统出错",
        }
    }

    /// The body for people.
    pub fn markup(&self, request_id: &str) -> Markup {
        html! {
            p { (self.detail()) }
            @if let Self::Refused(it) = self {
                p.meta { "依据：" (show::law(&it.article)) }
                @if let Some(day) = it.after { p { (show::after(day)) } }
                @if !it.fields.is_empty() { ul { @for field in &it.fields { li { (field.message) } } } }
            }
            p { (self.remedy()) }
            p.meta.small { "请求编号 " span.digest { (request_id) } }
            div.buttons { a.btn.quiet href="/" { "到公示首页" } a.btn.quiet href="/account" { "到我的账户" } }
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Self::TooMany { wait } = &self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*wait));
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
