//! The command line: `adda` serves, `adda user` looks after accounts, `adda check` and `adda epoch` after the database.

use std::io::{self, Write};
use std::process::ExitCode;

use actix_web::rt::System;
use adda::config::{Command, CommandLine, Config, EpochCommand, UserCommand};
use adda::error::{Error, Result};
use adda::server::Server;
use adda::store::{self, check, password_resets};

/// Frames and rows are many small pieces of memory, made on one thread and dropped on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // A wrong flag or setting ends here, with a sentence and the exit code 2.
    let line = CommandLine::read();
    let succeeded = |()| ExitCode::SUCCESS;
    let done = match line.command {
        None => serve(line.config).map(succeeded),
        Some(Command::Serve(config)) => serve(*config).map(succeeded),
        Some(Command::User(UserCommand::ResetLink { name, config })) => {
            reset_link(&name, &config).map(succeeded)
        }
        Some(Command::Check(config)) => check(&config),
        Some(Command::Epoch(EpochCommand::Renew(config))) => renew_epoch(&config).map(succeeded),
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            let sentence = failure
                .cause()
                .map_or_else(|| failure.to_string(), str::to_owned);
            // Libraries break their lines where a terminal's reader expects one.
            let sentence: Vec<&str> = sentence.split_whitespace().collect();
            let _ = writeln!(io::stderr(), "adda: {}", sentence.join(" "));
            ExitCode::FAILURE
        }
    }
}

fn serve(config: Config) -> Result<()> {
    start_log(&config);
    System::new().block_on(async {
        let server = Server::open(config)?;
        let mut output = io::stdout().lock();
        for line in server.announcement() {
            writeln!(output, "{line}")
                .map_err(|cause| Error::Unavailable(format!("standard output: {cause}")))?;
        }
        drop(output);
        server.run().await
    })
}

/// Prints a link for somebody who forgot their password; works beside a server that runs.
fn reset_link(name: &str, config: &Config) -> Result<()> {
    start_log(config);
    let site = match config.url.first() {
        Some(site) => site.origin().to_owned(),
        None if config.bind.port() == 0 => {
            return Err(Error::Unavailable(
                "with port 0 in ADDA_BIND nobody knows where the link leads: \
                 set ADDA_URL to the address that people use"
                    .to_owned(),
            ));
        }
        None if config.bind.ip().is_unspecified() => {
            format!("http://localhost:{}", config.bind.port())
        }
        None => format!("http://{}", config.bind),
    };
    let link = store::write_beside(config, |conn| password_resets::make(conn, name)).map_err(
        |failure| match failure {
            Error::NotFound => Error::Unavailable(format!("nobody here is called {name}")),
            other => other,
        },
    )?;
    print(&format!("{site}/reset?token={}", link.token))
}

/// Prints what is wrong with the database, or that nothing is.
fn check(config: &Config) -> Result<ExitCode> {
    start_log(config);
    let report = check::database(config)?;
    for finding in &report.findings {
        print(finding)?;
    }
    if report.more > 0 {
        print(&format!("… and {} more", report.more))?;
    }
    if report.search_behind > 0 {
        log::info!(
            "the search index is {} changes behind; a server that runs goes on with it",
            report.search_behind
        );
    }
    if !report.is_well() {
        return Ok(ExitCode::FAILURE);
    }
    print(&format!(
        "all is well: {} rooms, {} messages, {} people",
        report.rooms, report.messages, report.people
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn renew_epoch(config: &Config) -> Result<()> {
    start_log(config);
    store::renew_epoch(config)?;
    print(
        "the database begins another history: everyone's page loads afresh once adda is started again",
    )
}

fn print(line: &str) -> Result<()> {
    writeln!(io::stdout(), "{line}")
        .map_err(|cause| Error::Unavailable(format!("standard output: {cause}")))
}

fn start_log(config: &Config) {
    env_logger::Builder::new()
        .filter_module("actix_server", log::LevelFilter::Warn)
        // Every malformed request would be an error there; strangers send many.
        .filter_module("actix_http::h1::dispatcher", log::LevelFilter::Off)
        .parse_filters(&config.log)
        .init();
}
