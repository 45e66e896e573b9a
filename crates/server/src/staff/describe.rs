//! What the API description says of people, organs and one's own account.

use axum::http::Method;
use mingjing_domain::staff::Role;
use serde_json::{Value, json};

use super::actions::{Act, register_fields};
use super::api_account::{password_fields, token_fields};
use super::api_organ::{confirm_fields, end_fields, profile_fields};
use crate::kit::authz::{self, Verb};
use crate::kit::body;
use crate::kit::form::FieldSpec;
use crate::kit::openapi::{Operation, key, limit, page_of, query, schema, words};

const STAFF: &str = "人员";
const ACCOUNT: &str = "我的账户";
const ORGAN: &str = "执法主体";

fn basis(verb: &Verb) -> String {
    format!("{}。依据{}。", verb.label, verb.basis)
}

fn of(fields: &[FieldSpec]) -> (Value, Value) {
    (body::schema(fields), body::example(fields))
}

fn own() -> Value {
    json!({ "id": "$request.path.id" })
}

/// Operations and the schemas they refer to.
pub(super) fn operations() -> (Vec<Operation>, Vec<(&'static str, Value)>) {
    let mut all = people();
    all.extend(account());
    all.extend(organs());
    (all, [schemas(), more_schemas()].concat())
}

fn people() -> Vec<Operation> {
    let roles: Vec<&str> = Role::ALL.iter().map(|it| it.name()).collect();
    let (new, new_example) = of(&register_fields());
    let mut register =
        Operation::post("/api/v1/staff", "staff_register", STAFF, "建立账户", schema("NewStaff"))
            .says(basis(authz::STAFF_REGISTER))
            .status(201, "已建立；首次密码只显示这一次")
            .with(key())
            .takes(new, new_example)
            .leads("staff_read", json!({ "id": "$response.body#/id" }));
    register.also = Some((200, "此前已经建立"));
    for act in Act::ALL {
        register = register.leads(&act_id(act), json!({ "id": "$response.body#/id" }));
    }
    let mut list =
        Operation::get("/api/v1/staff", "staff_list", STAFF, "列出人员", page_of(schema("StaffLine")))
            .says(basis(authz::STAFF_READ))
            .with(query("q", "姓名", words()))
            .with(query("role", "角色", json!({ "type": "string", "enum": roles })))
            .with(query("enabled", "账户启用", json!({ "type": "string", "enum": ["0", "1"] })))
            .with(query("after", "翻页标记", json!({ "type": "string", "format": "uuid" })))
            .with(limit())
            .leads("staff_read", json!({ "id": "$response.body#/items/0/id" }));
    for act in Act::ALL {
        list = list.leads(&act_id(act), json!({ "id": "$response.body#/items/0/id" }));
    }
    let mut all = vec![
        list,
        register,
        Operation::get("/api/v1/staff/{id}", "staff_read", STAFF, "查看人员与证件", schema("Staff")),
        Operation::post("/api/v1/staff/{id}/reset_password", "staff_reset_password", STAFF, "重置登录密码", json!({
            "type": "object", "required": ["id", "login", "first_password"],
            "properties": { "id": { "type": "string", "format": "uuid" }, "login": { "type": "string" }, "first_password": { "type": "string" } },
        }))
        .says(basis(authz::STAFF_RESET)),
    ];
    all.extend(Act::ALL.into_iter().map(|act| {
        let (fields, example) = of(&act.fields());
        Operation::post(
            &format!("/api/v1/staff/{{id}}/{}", act.name()),
            &act_id(act),
            STAFF,
            act.label(),
            schema("Changed"),
        )
        .says(basis(act.verb()))
        .with(key())
        .takes(fields, example)
        .leads("staff_read", own())
    }));
    all
}

fn act_id(act: Act) -> String {
    format!("staff_{}", act.name())
}

fn account() -> Vec<Operation> {
    let flag = |name: &str| json!({ "type": "object", "required": [name], "properties": { name: { "type": "boolean" } } });
    let (password, password_example) = of(&password_fields());
    let (token, token_example) = of(&token_fields());
    let ended = json!({ "type": "object", "required": ["ended"], "properties": { "ended": { "type": "integer", "minimum": 0 } } });
    let mut revoke = Operation::new(Method::DELETE, "/api/v1/me/tokens/{id}", "token_revoke", ACCOUNT);
    "作废令牌".clone_into(&mut revoke.summary);
    revoke.success.2 = flag("revoked");
    vec![
        Operation::get("/api/v1/me", "me", ACCOUNT, "我是谁", schema("Me"))
            .leads("organ_read", json!({ "id": "$response.body#/organ" })),
        Operation::post("/api/v1/me/password", "password_change", ACCOUNT, "更改密码", flag("changed"))
            .says("所有登录一并退出；令牌不受影响。")
            .takes(password, password_example)
            .fails(&[429]),
        Operation::post("/api/v1/me/sessions/end", "sessions_end", ACCOUNT, "退出所有登录", ended),
        Operation::get("/api/v1/me/tokens", "token_list", ACCOUNT, "我的令牌", json!({
            "type": "object", "required": ["items"], "properties": { "items": { "type": "array", "items": schema("Token") } },
        })),
        Operation::post("/api/v1/me/tokens", "token_issue", ACCOUNT, "建立令牌", json!({
            "type": "object", "required": ["id", "label", "token"],
            "properties": { "id": { "type": "string", "format": "uuid" }, "label": { "type": "string" }, "token": { "type": "string", "description": "只显示这一次" } },
        }))
        .status(201, "已建立")
        .takes(token, token_example)
        .leads("token_revoke", json!({ "id": "$response.body#/id" })),
        revoke,
    ]
}

fn organs() -> Vec<Operation> {
    let one = |name: &str, label: &str, verb: &Verb, fields: &[FieldSpec]| {
        let (fields, example) = of(fields);
        Operation::post(
            &format!("/api/v1/organs/{{id}}/{name}"),
            &format!("organ_{name}"),
            ORGAN,
            label,
            schema("Changed"),
        )
        .says(basis(verb))
        .with(key())
        .takes(fields, example)
        .leads("organ_read", own())
    };
    vec![
        Operation::get("/api/v1/organs/{id}", "organ_read", ORGAN, "查看执法主体", schema("Organ"))
            .leads("organ_change", own())
            .leads("organ_confirm", own())
            .leads("organ_end", own()),
        one("change", "变更机关信息", authz::ORGAN_SET, &profile_fields()),
        one("confirm", "确认执法主体资格", authz::ORGAN_CONFIRM, &confirm_fields()),
        one("end", "停止执法主体资格", authz::ORGAN_CONFIRM, &end_fields()),
    ]
}

fn schemas() -> Vec<(&'static str, Value)> {
    let id = || json!({ "type": "string", "format": "uuid" });
    let text = || json!({ "type": "string" });
    let maybe = |kind: &str| json!({ "type": [kind, "null"] });
    let roles: Vec<&str> = Role::ALL.iter().map(|it| it.name()).collect();
    let role_list = json!({ "type": "array", "items": { "type": "string", "enum": roles } });
    let certificates = json!({ "type": "array", "items": { "type": "object" } });
    let object = |required: Value, properties: Value| json!({ "type": "object", "required": required, "properties": properties });
    vec![
        (
            "StaffLine",
            object(
                json!(["id", "name", "unit", "enabled", "roles", "href"]),
                json!({
                    "id": id(), "name": maybe("string"), "title": maybe("string"), "unit": text(),
                    "organ_name": maybe("string"), "enabled": { "type": "boolean" },
                    "roles": { "type": "array", "items": text() }, "href": text(),
                }),
            ),
        ),
        (
            "Staff",
            object(
                json!(["id", "organ", "name", "unit", "enabled", "roles", "certificates", "version"]),
                json!({
                    "id": id(), "organ": id(), "name": maybe("string"), "title": maybe("string"), "unit": text(),
                    "enabled": { "type": "boolean" }, "roles": role_list, "certificates": certificates,
                    "version": { "type": "integer", "minimum": 1 },
                }),
            ),
        ),
        (
            "NewStaff",
            object(
                json!(["id", "href", "first_password", "replayed"]),
                json!({
                    "id": id(), "href": text(), "first_password": maybe("string"), "replayed": { "type": "boolean" },
                }),
            ),
        ),
    ]
}

fn more_schemas() -> Vec<(&'static str, Value)> {
    let id = || json!({ "type": "string", "format": "uuid" });
    let text = || json!({ "type": "string" });
    let maybe = |kind: &str| json!({ "type": [kind, "null"] });
    let instant = || json!({ "type": "string", "format": "date-time" });
    let roles: Vec<&str> = Role::ALL.iter().map(|it| it.name()).collect();
    let role_list = json!({ "type": "array", "items": { "type": "string", "enum": roles } });
    let certificates = json!({ "type": "array", "items": { "type": "object" } });
    let object = |required: Value, properties: Value| json!({ "type": "object", "required": required, "properties": properties });
    vec![
        (
            "Changed",
            object(
                json!(["id", "version", "recorded_at", "replayed"]),
                json!({
                    "id": id(), "version": { "type": "integer", "minimum": 1 }, "recorded_at": instant(),
                    "replayed": { "type": "boolean" }, "href": text(),
                }),
            ),
        ),
        (
            "Me",
            object(
                json!(["id", "organ", "organ_name", "name", "roles", "certificates"]),
                json!({
                    "id": id(), "organ": id(), "organ_name": text(), "region": text(), "name": text(), "unit": text(),
                    "roles": role_list, "must_change_password": { "type": "boolean" }, "certificates": certificates,
                }),
            ),
        ),
        (
            "Token",
            object(
                json!(["id", "label", "created_at", "expires_at", "revoked_at", "in_use"]),
                json!({
                    "id": id(), "label": text(), "created_at": instant(), "expires_at": instant(),
                    "revoked_at": maybe("string"), "in_use": { "type": "boolean" },
                }),
            ),
        ),
        (
            "Organ",
            object(
                json!(["id", "version", "profile", "confirmed"]),
                json!({
                    "id": id(), "version": { "type": "integer", "minimum": 1 }, "profile": { "type": "object" },
                    "confirmed": { "type": "array", "items": object(json!(["from", "end"]), json!({
                        "from": { "type": "string", "format": "date" }, "end": maybe("string"),
                    })) },
                }),
            ),
        ),
    ]
}
