//! The static files: part of the program, read from disk in debug builds so that an edit shows on reload.

use std::borrow::Cow;
use std::sync::LazyLock;

use data_encoding::HEXLOWER;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

/// A static file.
pub struct Asset {
    /// What is in it.
    pub bytes: Cow<'static, [u8]>,
    /// Its media type, as the `Content-Type` header has it.
    pub content_type: &'static str,
}

/// One word that stands for all files: when any of them changes, the addresses of all do, so that scripts may import each
/// other by relative paths and still never meet another version.
pub fn hash() -> &'static str {
    static HASH: LazyLock<String> = LazyLock::new(|| {
        let mut names: Vec<_> = Files::iter().collect();
        names.sort();
        let mut digest = Sha256::new();
        for (name, file) in names
            .iter()
            .filter_map(|name| Files::get(name).map(|file| (name, file)))
        {
            digest.update((name.len() as u64).to_be_bytes());
            digest.update(name.as_bytes());
            digest.update(file.metadata.sha256_hash());
        }
        HEXLOWER.encode(&digest.finalize()[..10])
    });
    &HASH
}

/// Where all files are: `/static/<hash>`.
pub fn root() -> &'static str {
    static ROOT: LazyLock<String> = LazyLock::new(|| format!("/static/{}", hash()));
    &ROOT
}

/// A file by its path inside the folder; `None` where there is none, or the path leads out of the folder.
pub fn get(path: &str) -> Option<Asset> {
    let plain = path
        .split('/')
        .all(|part| !part.is_empty() && !part.starts_with('.'))
        && !path.contains(['\\', '\0', ':']);
    if !plain {
        return None;
    }
    Files::get(path).map(|file| Asset {
        bytes: file.data,
        content_type: content_type(path),
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "ftl" | "txt" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" => "image/jpeg",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_folder() {
        assert!(get("locales/en.ftl").is_some());
        for path in [
            "../Cargo.toml",
            "locales/../../Cargo.toml",
            "/etc/passwd",
            "locales//en.ftl",
            "..\\Cargo.toml",
            "",
            ".",
            "a\0",
        ] {
            assert!(get(path).is_none(), "{path}");
        }
    }

    #[test]
    fn the_address_names_what_is_in_it() {
        assert_eq!(hash().len(), 20);
        assert_eq!(root(), format!("/static/{}", hash()));
        assert_eq!(content_type("js/adda.js"), "text/javascript; charset=utf-8");
        assert_eq!(content_type("LICENSE"), "application/octet-stream");
    }
}
