//! Every setting: its variable, default and meaning, in one place. Nothing else reads the environment.

mod values;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue};
use clap::{
    Arg, Args, Command as Syntax, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum,
};
use ipnet::IpNet;

pub use values::is_host;

/// A self-hosted chat server: rooms in a browser, and what is said is on disk before anyone sees it.
#[derive(Parser, Debug)]
#[command(
    name = "adda",
    version,
    about,
    args_conflicts_with_subcommands = true,
    subcommand_precedence_over_arg = true
)]
pub struct CommandLine {
    /// What to do; `serve` where nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The settings of `serve`.
    #[command(flatten)]
    pub config: Config,
}

/// What adda can be told to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Serve chat rooms (the default)
    Serve(Box<Config>),
    /// Look after people's accounts
    #[command(subcommand)]
    User(UserCommand),
    /// Verify the database, also while adda runs; exits with 1 and says what is wrong where anything is
    Check(Box<Config>),
    /// Look after the database's history
    #[command(subcommand)]
    Epoch(EpochCommand),
}

/// What can be done to a database's history from the command line.
#[derive(Subcommand, Debug)]
pub enum EpochCommand {
    /// After putting back a copy, with adda stopped: let everyone's page load afresh, since they may know more than the copy
    Renew(Box<Config>),
}

/// What can be done to an account from the command line, also while adda runs.
#[derive(Subcommand, Debug)]
pub enum UserCommand {
    /// Print a link, good once and for a day, with which NAME chooses a new password
    ResetLink {
        /// The username of whoever forgot the password
        name: String,
        /// The settings, above all where the data is.
        #[command(flatten)]
        config: Box<Config>,
    },
}

/// Who may make an account.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignUp {
    /// Whoever has the invitation link
    Invite,
    /// Everyone who can reach the site
    Open,
    /// Nobody
    Closed,
}

impl SignUp {
    /// One by its word; what is no known word lets nobody in.
    pub fn parse(word: &str) -> SignUp {
        match word {
            "invite" => SignUp::Invite,
            "open" => SignUp::Open,
            _ => SignUp::Closed,
        }
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            SignUp::Invite => "invite",
            SignUp::Open => "open",
            SignUp::Closed => "closed",
        }
    }
}

/// The settings. Each is an environment variable and a flag; none is required.
#[derive(Args, Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 picks a free one
    #[arg(
        long,
        env = "ADDA_BIND",
        default_value = "127.0.0.1:8080",
        value_name = "HOST:PORT"
    )]
    pub bind: SocketAddr,

    /// The folder that holds the SQLite file and `uploads`, the files that people sent; to copy it, stop adda first
    #[arg(
        long,
        env = "ADDA_DATA",
        default_value = "./data",
        value_name = "FOLDER"
    )]
    pub data: PathBuf,

    /// The database: `sqlite://FILE` or `postgres://…`; the file adda.db in the data folder where it is not set
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true, value_parser = values::parse_database)]
    pub database_url: Option<String>,

    /// The address people use, or several with commas, the first for links; cookies become `Secure` where it is https
    #[arg(long, env = "ADDA_URL", value_name = "URL", value_delimiter = ',', value_parser = values::parse_site)]
    pub url: Vec<SiteAddress>,

    /// Addresses and networks whose `X-Forwarded-For` and `X-Forwarded-Proto` count, with commas
    #[arg(long, env = "ADDA_TRUSTED_PROXIES", value_name = "NETWORKS", value_delimiter = ',', value_parser = values::parse_network)]
    pub trusted_proxies: Vec<IpNet>,

    /// Who may make an account; where it is not set, administrators choose that at `/admin/site`, and at first it is `invite`
    #[arg(long, env = "ADDA_SIGNUP", value_enum)]
    pub signup: Option<SignUp>,

    /// The token of the set-up link, 16 characters or more of A-Za-z0-9_-; a random one where it is not set
    #[arg(long, env = "ADDA_SETUP_TOKEN", value_name = "TOKEN", hide_env_values = true, value_parser = values::parse_setup_token)]
    pub setup_token: Option<String>,

    /// Messages a second that one person may post over all their sockets; 0 lifts this, the frame limit, and those on making rooms, reporting and searching
    #[arg(long, env = "ADDA_MESSAGES_PER_SECOND", default_value_t = 5.0, value_name = "NUMBER", value_parser = values::parse_rate)]
    pub messages_per_second: f64,

    /// Messages that one person may post at once before that limit holds
    #[arg(long, env = "ADDA_MESSAGES_BURST", default_value_t = 20.0, value_name = "NUMBER", value_parser = values::parse_rate)]
    pub messages_burst: f64,

    /// Failed sign-ins a minute per account and address; ten times that per account, six times per address; 0 lifts it
    #[arg(
        long,
        env = "ADDA_SIGN_INS_PER_MINUTE",
        default_value_t = 10,
        value_name = "NUMBER"
    )]
    pub sign_ins_per_minute: u32,

    /// Bytes of one file that is sent, such as `100MB` or `1GB`
    #[arg(long, env = "ADDA_UPLOAD_MAX", default_value = "100MB", value_name = "BYTES", value_parser = values::parse_file_bytes)]
    pub upload_max: u64,

    /// Bytes of all files that one person keeps here, such as `5GB`; 0 lifts it
    #[arg(long, env = "ADDA_UPLOAD_QUOTA", default_value = "5GB", value_name = "BYTES", value_parser = values::parse_bytes)]
    pub upload_quota: u64,

    /// HTTP workers; the number of cores where it is not set
    #[arg(long, env = "ADDA_WORKERS", value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub workers: Option<u16>,

    /// Redis, over which several nodes on one PostgreSQL hear of each other at once: `redis://…` or `rediss://…`
    #[arg(long, env = "REDIS_URL", value_name = "URL", hide_env_values = true, value_parser = values::parse_redis)]
    pub redis_url: Option<String>,

    /// A second address, for `/metrics` alone: for whoever watches the server, not for the public
    #[arg(long, env = "ADDA_METRICS", value_name = "HOST:PORT")]
    pub metrics: Option<SocketAddr>,

    /// What the log shows: error, warn, info, debug or trace, or a filter such as `adda=debug`
    #[arg(long, env = "RUST_LOG", default_value = "info", value_name = "FILTER", value_parser = values::parse_log)]
    pub log: String,

    /// Whether nodes compare themselves with the database. Not a setting: the tests that show what it is for switch it off.
    #[arg(skip = true)]
    pub head_check: bool,
}

impl CommandLine {
    /// Reads the command line and the environment, where an empty variable counts as none.
    ///
    /// What cannot be ends the process with the exit code 2 and a sentence that names the flag and its variable.
    pub fn read() -> CommandLine {
        let syntax = without_empty_variables(CommandLine::command());
        let read = syntax
            .clone()
            .try_get_matches()
            .and_then(|mut matches| CommandLine::from_arg_matches_mut(&mut matches));
        read.unwrap_or_else(|refusal| name_variable(refusal, &syntax).exit())
    }
}

impl Config {
    /// The settings as they are with nothing set and the environment left out: what tests start from.
    ///
    /// Errors: the sentence that `adda` would print.
    pub fn from_flags(flags: &[&str]) -> Result<Config, String> {
        let command = CommandLine::command().mut_args(|argument| argument.env(None::<&str>));
        let matches = command
            .try_get_matches_from(std::iter::once("adda").chain(flags.iter().copied()))
            .map_err(|refusal| refusal.to_string())?;
        <Config as clap::FromArgMatches>::from_arg_matches(&matches)
            .map_err(|refusal| refusal.to_string())
    }

    /// The database's address, with the default filled in.
    pub fn database(&self) -> String {
        match &self.database_url {
            Some(url) => url.clone(),
            None => format!("sqlite://{}", self.data.join("adda.db").display()),
        }
    }

    /// The folder of the files that people sent; several nodes share it.
    pub fn uploads(&self) -> PathBuf {
        self.data.join("uploads")
    }

    /// How many HTTP workers to run.
    pub fn worker_count(&self) -> usize {
        match self.workers {
            Some(workers) => usize::from(workers),
            None => std::thread::available_parallelism().map_or(1, usize::from),
        }
    }

    /// Whether a peer's word about who is behind it counts.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.trusted_proxies
            .iter()
            .any(|network| network.contains(&peer))
    }
}

/// One address of `ADDA_URL`: a scheme and a host, perhaps with a port, without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteAddress {
    origin: String,
}

impl SiteAddress {
    /// As browsers write it in `Origin`: `https://chat.example.com`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether browsers reach it over https.
    pub fn is_secure(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// The host, with the port where it has one.
    pub fn host(&self) -> &str {
        self.origin.split_once("://").map_or("", |(_, host)| host)
    }
}

fn without_empty_variables(syntax: Syntax) -> Syntax {
    syntax
        .mut_args(|argument| {
            let is_empty = argument
                .get_env()
                .and_then(std::env::var_os)
                .is_some_and(|value| value.to_string_lossy().trim().is_empty());
            if is_empty {
                argument.env(None::<&str>)
            } else {
                argument
            }
        })
        .mut_subcommands(without_empty_variables)
}

/// Whoever set a variable may never have seen the flag that a refusal speaks of.
fn name_variable(refusal: clap::Error, syntax: &Syntax) -> clap::Error {
    let Some(ContextValue::String(named)) = refusal.get(ContextKind::InvalidArg) else {
        return refusal;
    };
    let flag = named.split([' ', '=']).next().unwrap_or_default();
    let is_named = |argument: &&Arg| argument.get_long() == flag.strip_prefix("--");
    let Some(variable) = syntax.get_arguments().find(is_named).and_then(Arg::get_env) else {
        return refusal;
    };
    let named = format!("'{named}'");
    let sentence = refusal.to_string().replacen(
        &named,
        &format!("{named} ({})", variable.to_string_lossy()),
        1,
    );
    let sentence = sentence.strip_prefix("error: ").unwrap_or(&sentence);
    clap::Error::raw(refusal.kind(), sentence)
}

/// The settings as a table in Markdown: docs/settings.md.
pub fn markdown() -> String {
    let command = CommandLine::command();
    let mut table =
        String::from("| variable | flag | default | meaning |\n| --- | --- | --- | --- |\n");
    for argument in command
        .get_arguments()
        .filter(|argument| !argument.is_hide_set())
    {
        let (Some(variable), Some(flag)) = (argument.get_env(), argument.get_long()) else {
            continue;
        };
        let default = match argument.get_default_values().first() {
            Some(value) => format!("`{}`", value.to_string_lossy()),
            None => "none".to_owned(),
        };
        let values: Vec<String> = argument
            .get_possible_values()
            .iter()
            .map(|value| match value.get_help() {
                Some(help) => format!(
                    "`{}` ({})",
                    value.get_name(),
                    help.to_string().to_lowercase()
                ),
                None => format!("`{}`", value.get_name()),
            })
            .collect();
        let mut meaning = argument
            .get_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        if !values.is_empty() {
            meaning = format!("{meaning}: {}", values.join(", "));
        }
        let variable = variable.to_string_lossy();
        table.push_str(&format!(
            "| `{variable}` | `--{flag}` | {default} | {meaning} |\n"
        ));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_value_is_one_clear_sentence() {
        let refusal = Config::from_flags(&["--bind", "somewhere"]).unwrap_err();
        assert!(refusal.contains("--bind"), "{refusal}");
        assert!(
            Config::from_flags(&["--setup-token", "short"])
                .unwrap_err()
                .contains("16 characters")
        );
    }
}
