//! Names and media types of files that come from outside: shown, never believed.

use mingjing_vault::tus::display_name;

/// A media type that a browser shows by itself, by the end of a name; everything else is
/// offered to be kept. No type that can hold a script is in the list.
pub fn media(name: &str) -> Option<&'static str> {
    let extension = name.rsplit_once('.')?.1.to_ascii_lowercase();
    Some(match extension.as_str() {
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "mov" => "video/quicktime",
        "m4a" => "audio/mp4",
        "mp3" => "audio/mpeg",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "wav" => "audio/wav",
        "weba" => "audio/webm",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        _ => return None,
    })
}

/// The value of `Content-Disposition` (RFC 6266): the name in ASCII, with what is not ASCII as
/// `_`, and in full as RFC 8187 writes it.
pub fn disposition(given: &str, inline: bool) -> String {
    let name = display_name(given).unwrap_or_else(|| "recording".to_owned());
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' })
        .collect();
    let mut full = String::new();
    for byte in name.bytes() {
        // attr-char of RFC 8187.
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            full.push(char::from(byte));
        } else {
            full.push_str(&format!("%{byte:02X}"));
        }
    }
    let kind = if inline { "inline" } else { "attachment" };
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

#[cfg(test)]
mod tests {
    use super::{disposition, media};

    #[test]
    fn hostile_names_stay_inside_the_header() {
        let cases = [
            ("现场.mp4", "inline; filename=\"__.mp4\"; filename*=UTF-8''%E7%8E%B0%E5%9C%BA.mp4"),
            ("../../etc/passwd", "inline; filename=\"passwd\"; filename*=UTF-8''passwd"),
            (
                "a\"; filename=\"b.exe\r\nX: y",
                "inline; filename=\"a_ filename_b.exeX y\"; filename*=UTF-8''a%3B%20filename%3Db.exeX%20y",
            ),
            ("", "inline; filename=\"recording\"; filename*=UTF-8''recording"),
        ];
        for (given, expected) in cases {
            assert_eq!(disposition(given, true), expected);
        }
        let long = disposition(&"录".repeat(300), false);
        assert!(long.starts_with("attachment; ") && long.len() < 1500 && long.is_ascii());
    }

    #[test]
    fn what_can_hold_a_script_is_not_shown() {
        for name in ["a.html", "a.svg", "a.xml", "a.pdf", "a.js", "a", "mp4", ""] {
            assert_eq!(media(name), None, "{name}");
        }
        assert_eq!(media("现场.MP4"), Some("video/mp4"));
    }
}
