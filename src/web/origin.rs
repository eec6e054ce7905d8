//! Where a request came from: the page of another site must not act in the name of whoever looks at it.

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::{HOST, HeaderMap, HeaderName, ORIGIN};

use crate::config::{self, Config};
use crate::error::{Error, Result};
use crate::view::texts::SAME_ORIGIN;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Lets a request pass that changes nothing, or that this site's own pages or no page at all made.
///
/// Browsers say `Sec-Fetch-Site` on https and localhost, and `Origin` elsewhere. With neither no browser made it, or one
/// that holds the cookie back, since that is `SameSite=Lax`.
pub fn check_request(method: &Method, headers: &HeaderMap, config: &Config) -> Result<()> {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let site: Vec<String> = all(headers, SEC_FETCH_SITE);
    match site.as_slice() {
        [] => {}
        [one] if one == SAME_ORIGIN || one == "none" => return Ok(()),
        // No setting changes this: browsers say it of themselves.
        found => {
            return Err(Error::ForeignOrigin {
                found: found.join(", "),
                expected: SAME_ORIGIN.to_owned(),
            });
        }
    }
    let origins = all(headers, ORIGIN);
    match origins.as_slice() {
        [] => Ok(()),
        [one] if is_own(one, headers, config) => Ok(()),
        found => Err(foreign(found.join(", "), headers, config)),
    }
}

/// Lets a WebSocket be opened only by this site's own pages: browsers send the cookie with it from anywhere.
///
/// Errors: `ForeignOrigin` where the `Origin` is missing, doubled, `null` or another site's.
pub fn check_socket_origin(request: &HttpRequest, config: &Config) -> Result<()> {
    let headers = request.headers();
    match all(headers, ORIGIN).as_slice() {
        [one] if is_own(one, headers, config) => Ok(()),
        [] => Err(foreign(String::new(), headers, config)),
        found => Err(foreign(found.join(", "), headers, config)),
    }
}

/// The host that the request names, where it names one that can be one.
pub fn host(headers: &HeaderMap) -> Option<&str> {
    let host = headers.get(HOST)?.to_str().ok()?;
    config::is_host(host).then_some(host)
}

fn is_own(origin: &str, headers: &HeaderMap, config: &Config) -> bool {
    if !config.url.is_empty() {
        return config
            .url
            .iter()
            .any(|site| site.origin().eq_ignore_ascii_case(origin));
    }
    let Some((scheme, found)) = origin.split_once("://") else {
        return false;
    };
    // The scheme may be another than adda's own: a proxy in front takes https off.
    let default_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return false,
    };
    host(headers).is_some_and(|host| {
        host.strip_suffix(default_port)
            .unwrap_or(host)
            .eq_ignore_ascii_case(found)
    })
}

fn foreign(found: String, headers: &HeaderMap, config: &Config) -> Error {
    let expected = if config.url.is_empty() {
        host(headers).unwrap_or_default().to_owned()
    } else {
        config
            .url
            .iter()
            .map(|site| site.origin())
            .collect::<Vec<_>>()
            .join(", ")
    };
    Error::ForeignOrigin { found, expected }
}

fn all(headers: &HeaderMap, name: HeaderName) -> Vec<String> {
    headers
        .get_all(name)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn post(config: &Config, headers: &[(&str, &str)]) -> bool {
        let mut request = TestRequest::post();
        for header in headers {
            request = request.append_header(*header);
        }
        check_request(&Method::POST, request.to_http_request().headers(), config).is_ok()
    }

    fn socket(config: &Config, headers: &[(&str, &str)]) -> bool {
        let mut request = TestRequest::get();
        for header in headers {
            request = request.append_header(*header);
        }
        check_socket_origin(&request.to_http_request(), config).is_ok()
    }

    #[test]
    fn only_this_sites_pages_and_programs_may_change_something() {
        let config = Config::from_flags(&[]).unwrap();
        let host = ("host", "chat.test:8080");
        assert!(post(&config, &[host]), "a program says neither");
        assert!(post(&config, &[host, ("sec-fetch-site", "same-origin")]));
        assert!(post(&config, &[host, ("sec-fetch-site", "none")]));
        assert!(post(&config, &[host, ("origin", "http://chat.test:8080")]));
        assert!(
            post(&config, &[host, ("origin", "https://chat.test:8080")]),
            "a proxy takes https off"
        );
        assert!(!post(&config, &[host, ("sec-fetch-site", "same-site")]));
        assert!(!post(
            &config,
            &[
                host,
                ("sec-fetch-site", "cross-site"),
                ("origin", "http://chat.test:8080")
            ]
        ));
        for origin in [
            "null",
            "http://evil.test",
            "http://chat.test",
            "http://chat.test:8080.evil.test",
            "",
            "ftp://chat.test:8080",
        ] {
            assert!(!post(&config, &[host, ("origin", origin)]), "{origin}");
        }
        assert!(!post(
            &config,
            &[
                host,
                ("origin", "http://chat.test:8080"),
                ("origin", "http://evil.test")
            ]
        ));
        assert!(check_request(&Method::GET, &HeaderMap::new(), &config).is_ok());
    }

    #[test]
    fn a_schemes_own_port_may_be_said_or_not() {
        let config = Config::from_flags(&[]).unwrap();
        assert!(socket(
            &config,
            &[("host", "chat.test:80"), ("origin", "http://chat.test")]
        ));
        assert!(socket(
            &config,
            &[("host", "chat.test:443"), ("origin", "https://chat.test")]
        ));
        assert!(!socket(
            &config,
            &[("host", "chat.test:443"), ("origin", "http://chat.test")]
        ));
    }

    #[test]
    fn a_socket_needs_an_origin_of_its_own_site() {
        let config = Config::from_flags(&[]).unwrap();
        let host = ("host", "chat.test");
        assert!(socket(&config, &[host, ("origin", "http://chat.test")]));
        assert!(!socket(&config, &[host]));
        assert!(!socket(&config, &[host, ("origin", "null")]));
        assert!(!socket(
            &config,
            &[
                host,
                ("origin", "http://chat.test"),
                ("origin", "http://chat.test")
            ]
        ));
    }

    #[test]
    fn the_settings_address_counts_whatever_the_host_says() {
        let config =
            Config::from_flags(&["--url", "https://chat.example.com,http://10.0.0.7:8080"])
                .unwrap();
        assert!(socket(
            &config,
            &[
                ("host", "inner:8080"),
                ("origin", "https://chat.example.com")
            ]
        ));
        assert!(socket(
            &config,
            &[("host", "inner:8080"), ("origin", "http://10.0.0.7:8080")]
        ));
        assert!(!socket(
            &config,
            &[("host", "inner:8080"), ("origin", "http://inner:8080")]
        ));
    }
}
