//! Reaching PostgreSQL: what is asked for with the connection, and that nobody waits for it without end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::error::{Error, Result};

/// What libpq is told where the URL does not: how long to wait for each host, and for what was sent to be acknowledged.
const PARAMETERS: [(&str, &str); 3] = [
    ("connect_timeout", "2"),
    ("tcp_user_timeout", "2000"),
    ("application_name", "adda"),
];
/// What the session begins with. It goes with the connection, since a statement after it could be left without an answer;
/// last, so that what is promised holds whatever else the URL asks for.
const SETTINGS: [&str; 5] = [
    "TimeZone=UTC",
    "statement_timeout=2000",
    "lock_timeout=2000",
    "idle_in_transaction_session_timeout=2000",
    "synchronous_commit=on",
];
/// How long connecting may take in all. libpq's own limit is for each host, and ends before the first statement.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// Connections that are being made or that nobody waits for any more.
const CONNECTING_MAX: usize = 64;

static CONNECTING: AtomicUsize = AtomicUsize::new(0);

/// A URL with everything that adda asks for.
pub(super) fn completed(url: &str) -> String {
    let (place, query) = url.split_once('?').unwrap_or((url, ""));
    let mut parameters: Vec<String> = query
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .map(str::to_owned)
        .collect();
    for (name, value) in PARAMETERS {
        if !parameters.iter().any(|one| is_named(one, name)) {
            parameters.push(format!("{name}={value}"));
        }
    }
    let settings = SETTINGS.map(|setting| format!("-c%20{}", setting.replace('=', "%3D")));
    let settings = settings.join("%20");
    match parameters.iter_mut().find(|one| is_named(one, "options")) {
        Some(options) => options.push_str(&format!("%20{settings}")),
        None => parameters.push(format!("options={settings}")),
    }
    format!("{place}?{}", parameters.join("&"))
}

fn is_named(parameter: &str, name: &str) -> bool {
    parameter
        .split_once('=')
        .is_some_and(|(found, _)| found == name)
}

/// Connects on a thread of its own, which is left behind where no answer comes: what becomes of it then is of no interest.
///
/// Errors: what `connect` returns; `Unavailable` where it takes too long, or too many are left behind already.
pub(super) fn in_time<T, F>(connect: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T> + Clone + Send + 'static,
{
    let place = Place::take()?;
    let (answer, answered) = mpsc::sync_channel(1);
    let on_thread = connect.clone();
    let started = thread::Builder::new()
        .name("adda-connect".to_owned())
        .spawn(move || {
            let made = on_thread();
            drop(place);
            // Where nobody waits any more, the connection ends here.
            let _ = answer.send(made);
        });
    if started.is_err() {
        // The machine has no thread to give; its connections may still be as good as ever.
        return connect();
    }
    answered.recv_timeout(CONNECT_MAX).unwrap_or_else(|_| {
        Err(Error::Unavailable(format!(
            "PostgreSQL took longer than {} s to let anyone in",
            CONNECT_MAX.as_secs()
        )))
    })
}

/// One of the connections that may be on their way at a time.
struct Place;

impl Place {
    fn take() -> Result<Place> {
        let place = Place;
        if CONNECTING.fetch_add(1, Ordering::AcqRel) < CONNECTING_MAX {
            return Ok(place);
        }
        Err(Error::Unavailable(
            "too many connections to PostgreSQL hang before they are made".to_owned(),
        ))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        CONNECTING.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    const OURS: &str = "-c%20TimeZone%3DUTC%20-c%20statement_timeout%3D2000%20-c%20lock_timeout%3D2000%20\
         -c%20idle_in_transaction_session_timeout%3D2000%20-c%20synchronous_commit%3Don";

    #[test]
    fn a_url_is_completed_with_what_it_does_not_say() {
        assert_eq!(
            completed("postgres://adda@db/adda"),
            format!(
                "postgres://adda@db/adda?connect_timeout=2&tcp_user_timeout=2000&application_name=adda&options={OURS}"
            )
        );
        assert_eq!(
            completed("postgres://db/options?options=-c%20search_path%3Dchat&connect_timeout=5"),
            format!(
                "postgres://db/options?options=-c%20search_path%3Dchat%20{OURS}&connect_timeout=5\
                 &tcp_user_timeout=2000&application_name=adda"
            )
        );
    }

    #[test]
    fn nobody_waits_for_a_connection_that_is_never_made() {
        let began = Instant::now();
        let (kept, never) = mpsc::channel::<()>();
        let never = std::sync::Arc::new(std::sync::Mutex::new(never));
        let hanging = move || {
            let _ = never.lock().map(|never| never.recv());
            Ok(())
        };
        let waited = in_time(hanging);
        assert!(matches!(waited, Err(Error::Unavailable(_))), "{waited:?}");
        assert!(began.elapsed() < CONNECT_MAX + Duration::from_secs(1));
        drop(kept);
        assert_eq!(in_time(|| Ok(1)), Ok(1));
    }
}
