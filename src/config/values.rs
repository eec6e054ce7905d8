//! What the settings may be: each value is read once, at the start, or refused in a sentence.

use std::net::IpAddr;

use ipnet::IpNet;

use super::SiteAddress;

/// Whether a text can be a host, perhaps with a port: safe in every header and log line.
pub fn is_host(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 255
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']')
        })
}

pub(super) fn parse_database(text: &str) -> Result<String, String> {
    if text.starts_with("sqlite://")
        || text.starts_with("postgres://")
        || text.starts_with("postgresql://")
    {
        Ok(text.to_owned())
    } else {
        Err("it begins with sqlite:// or postgres://".to_owned())
    }
}

pub(super) fn parse_site(text: &str) -> Result<SiteAddress, String> {
    let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
    let refusal =
        || "an address is a scheme and a host, such as https://chat.example.com".to_owned();
    let uri: actix_web::http::Uri = text.parse().map_err(|_| refusal())?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(refusal());
    };
    let default_port = match scheme {
        "https" => 443,
        "http" => 80,
        _ => return Err(refusal()),
    };
    if uri.path().len() > 1 || uri.query().is_some() || authority.as_str().contains('@') {
        return Err("adda is served at the root of its host: the address has no path".to_owned());
    }
    // Browsers leave the scheme's own port out of `Origin`.
    let host = match authority.port_u16() {
        Some(port) if port == default_port => authority.host().to_owned(),
        _ => authority.as_str().to_owned(),
    };
    // It goes into headers that give `;`, `*` and the like a meaning.
    if !is_host(&host) {
        return Err(refusal());
    }
    Ok(SiteAddress {
        origin: format!("{scheme}://{host}"),
    })
}

pub(super) fn parse_network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| "it is an address such as 10.0.0.7 or a network such as 10.0.0.0/8".to_owned())
}

pub(super) fn parse_setup_token(text: &str) -> Result<String, String> {
    let fits = text.len() >= 16
        && text.len() <= 256
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if fits {
        Ok(text.to_owned())
    } else {
        Err("it has 16 characters or more, of A-Z, a-z, 0-9, _ and -".to_owned())
    }
}

pub(super) fn parse_rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(0.0) => Ok(0.0),
        // Less would be waits of hours, which nobody means.
        Ok(rate) if (0.001..=1e9).contains(&rate) => Ok(rate),
        _ => Err("it is 0, or a number from 0.001 upwards".to_owned()),
    }
}

/// Bytes, with a unit as people write it: a thousand kB are a MB.
pub(super) fn parse_bytes(text: &str) -> Result<u64, String> {
    let refusal = || "it is 0, or a number of bytes such as 500kB, 100MB or 5GB".to_owned();
    let text = text.trim().to_ascii_uppercase();
    let digits = text.trim_end_matches(|character: char| !character.is_ascii_digit());
    let unit: u64 = match text[digits.len()..].trim() {
        "" | "B" => 1,
        "K" | "KB" => 1_000,
        "M" | "MB" => 1_000_000,
        "G" | "GB" => 1_000_000_000,
        "T" | "TB" => 1_000_000_000_000,
        _ => return Err(refusal()),
    };
    let number: u64 = digits.parse().map_err(|_| refusal())?;
    let bytes = number.checked_mul(unit).ok_or_else(refusal)?;
    // The database counts with a sign.
    i64::try_from(bytes).map(|_| bytes).map_err(|_| refusal())
}

/// Bytes of one file: none at all would be a site that takes no message's file, and says so in no clear way.
pub(super) fn parse_file_bytes(text: &str) -> Result<u64, String> {
    match parse_bytes(text)? {
        0 => Err("it is 1 byte or more".to_owned()),
        bytes => Ok(bytes),
    }
}

/// The logger drops what it cannot read, and takes a misspelt level for a module: then it would show nothing at all.
pub(super) fn parse_log(text: &str) -> Result<String, String> {
    let (directives, search) = text.split_once('/').unwrap_or((text, ""));
    let fits = |directive: &str| match directive.split_once('=') {
        Some((module, level)) => is_module(module) && is_level(level),
        None => is_level(directive) || directive == "adda" || directive.starts_with("adda::"),
    };
    let directives: Vec<&str> = directives.split(',').map(str::trim).collect();
    if !search.contains('/') && directives.iter().all(|directive| fits(directive)) {
        Ok(text.to_owned())
    } else {
        Err(
            "it is one of error, warn, info, debug, trace and off, or a filter such as adda=debug,warn"
                .to_owned(),
        )
    }
}

fn is_level(text: &str) -> bool {
    text.trim().parse::<log::LevelFilter>().is_ok()
}

fn is_module(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-'))
}

pub(super) fn parse_redis(text: &str) -> Result<String, String> {
    if text.starts_with("redis://") || text.starts_with("rediss://") {
        Ok(text.to_owned())
    } else {
        Err("it begins with redis:// or rediss://".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_browsers_write_it() {
        for (text, origin) in [
            ("https://Chat.Example.com/", "https://chat.example.com"),
            ("https://chat.example.com:443", "https://chat.example.com"),
            ("http://10.0.0.7:8080", "http://10.0.0.7:8080"),
        ] {
            assert_eq!(parse_site(text).unwrap().origin(), origin);
        }
        for text in [
            "chat.example.com",
            "ftp://x",
            "https://x/chat",
            "https://u@x",
            "https://x;script-src",
            "https://*.example.com",
            "https://a'b",
            "",
        ] {
            assert!(parse_site(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_rate_is_nothing_or_something_that_comes_within_reach() {
        for (text, rate) in [("0", 0.0), ("0.001", 0.001), ("5", 5.0), ("1e9", 1e9)] {
            assert_eq!(parse_rate(text), Ok(rate));
        }
        for text in [
            "", "-1", "-0.5", "0.0001", "1e-300", "NaN", "inf", "2e9", "many",
        ] {
            assert!(parse_rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn bytes_are_read_with_their_units() {
        for (text, bytes) in [
            ("0", 0),
            ("1", 1),
            ("100MB", 100_000_000),
            ("5 gb", 5_000_000_000),
            ("64k", 64_000),
            ("2T", 2_000_000_000_000),
        ] {
            assert_eq!(parse_bytes(text), Ok(bytes), "{text}");
        }
        for text in ["", "MB", "-1", "1.5GB", "5 GiB", "many", "99999999999TB"] {
            assert!(parse_bytes(text).is_err(), "{text:?}");
        }
        assert!(parse_file_bytes("0").is_err());
    }

    #[test]
    fn a_misspelt_filter_does_not_switch_the_log_off() {
        for text in [
            "info",
            "WARN",
            "off",
            "adda",
            "adda::chat",
            "adda=debug",
            "adda=debug,actix_server=warn",
            "warn, adda::web=trace",
            "info/lobby",
        ] {
            assert_eq!(parse_log(text), Ok(text.to_owned()));
        }
        for text in [
            "inof",
            "adda=loud",
            "adda=",
            "=info",
            "adda=info=warn",
            "info;adda=debug",
            "info/a/b",
            ",",
            "",
        ] {
            assert!(parse_log(text).is_err(), "{text:?}");
        }
    }
}
