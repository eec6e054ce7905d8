//! A program that runs for as long as this one does, however this one ends.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::{Failure, Result};

/// Runs a program until standard input closes, then ends it with a signal.
const KEEPER: &str = r#"trap '' INT TERM
signal=$1
shift
"$@" < /dev/null &
program=$!
cat > /dev/null
kill -"$signal" $program
wait $program"#;

/// Another user's numbers.
#[derive(Clone, Copy)]
pub struct Owner {
    pub user: u32,
    pub group: u32,
}

/// How to run a program.
pub struct Keeping<'a> {
    /// What ends it.
    pub signal: &'static str,
    pub core: Option<usize>,
    pub owner: Option<Owner>,
    /// Where it may write what it has to say.
    pub log: &'a Path,
}

/// A program that runs; dropped, it ends.
pub struct Kept(Child);

impl Kept {
    pub fn start(keeping: &Keeping<'_>, words: &[&str]) -> Result<Kept> {
        let mut command = match keeping.core {
            Some(core) => {
                let mut command = Command::new("taskset");
                command.args(["-c", &core.to_string(), "sh"]);
                command
            }
            None => Command::new("sh"),
        };
        command
            .args(["-c", KEEPER, "keeper", keeping.signal])
            .args(words)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(File::create(keeping.log)?);
        if let Some(owner) = keeping.owner {
            command.uid(owner.user).gid(owner.group);
        }
        let child = command.spawn().map_err(|cause| -> Failure {
            format!("cannot start {}: {cause}", words.join(" ")).into()
        })?;
        Ok(Kept(child))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // Fails only where it has ended already.
        let _ = self.0.wait();
    }
}
