//! What the forms show: what was typed before, and why it could not be taken.

use serde::Serialize;

use super::page::Template;
use super::texts;
use crate::error::Error;
use crate::store::Time;

/// Why a form came back.
#[derive(Debug, Clone, Serialize)]
pub struct Refusal {
    /// The field that it is about; empty where it is about the whole.
    pub field: &'static str,
    /// The rule that was broken.
    pub code: &'static str,
    /// The sentence for whoever filled it in.
    pub text: String,
}

impl Refusal {
    /// One about the whole form, worded by a key `refusal-…`.
    pub fn of_form(key: &'static str) -> Refusal {
        Refusal {
            field: "",
            code: bare(key),
            text: texts::plain(key),
        }
    }

    /// One about a picture that was sent.
    pub fn of_picture(error: &Error) -> Refusal {
        match error {
            Error::TooLarge => Refusal {
                field: "picture",
                ..Refusal::of_form("refusal-picture-bytes")
            },
            other => Refusal::from(other),
        }
    }

    /// One that says until when somebody may not sign in.
    pub fn suspended(until: Time) -> Refusal {
        let mut arguments = texts::Arguments::new();
        arguments.set("until", format!("{} {}", until.day(), until.clock()));
        Refusal {
            field: "",
            code: "suspended",
            text: texts::t("refusal-suspended-until", &arguments),
        }
    }

    /// One that says how long to wait.
    pub fn throttled(seconds: u64) -> Refusal {
        Refusal {
            field: "",
            code: "login-throttled",
            text: texts::sign_in_throttled(seconds),
        }
    }
}

impl From<&Error> for Refusal {
    fn from(error: &Error) -> Refusal {
        let (field, code) = match error {
            Error::Field { field, code } => (*field, bare(code)),
            Error::Refused(code) | Error::Full(code) => ("", bare(code)),
            other => ("", other.code()),
        };
        Refusal {
            field,
            code,
            text: texts::error(error),
        }
    }
}

fn bare(key: &'static str) -> &'static str {
    key.strip_prefix("refusal-").unwrap_or(key)
}

/// The first account of all.
#[derive(Serialize)]
pub struct SetUp {
    /// What was typed, and the link's token.
    pub form: SetUpForm,
    /// Why it came back.
    pub refusal: Option<Refusal>,
}

/// The fields of [`SetUp`].
#[derive(Serialize, Default)]
#[expect(missing_docs, reason = "named as the form's fields are")]
pub struct SetUpForm {
    pub token: String,
    pub username: String,
    pub name: String,
}

/// An account for somebody new.
#[derive(Serialize)]
pub struct SignUp {
    /// What was typed, and the invitation's token.
    pub form: SignUpForm,
    /// Why it came back.
    pub refusal: Option<Refusal>,
    /// Whether this person may make an account at all.
    pub open: bool,
    /// Whether anyone may, without an invitation.
    pub anyone: bool,
    /// What they are invited to, where they came by an invitation.
    pub invited: Option<Invited>,
    /// Where those go on to who have an account already, as a value in a query.
    pub next: String,
}

/// What somebody without an account is invited to.
#[derive(Serialize)]
pub struct Invited {
    /// By whom; by nobody in particular with the site's own link.
    pub maker: Option<String>,
    /// The room's name, where it is one.
    pub room: Option<String>,
    /// Whether they become a guest.
    pub guest: bool,
}

/// The fields of [`SignUp`].
#[derive(Serialize, Default)]
#[expect(missing_docs, reason = "named as the form's fields are")]
pub struct SignUpForm {
    pub invite: String,
    pub username: String,
    pub name: String,
}

/// The way in for those who have an account.
#[derive(Serialize)]
pub struct LogIn {
    /// What was typed.
    pub form: LogInForm,
    /// Why it came back.
    pub refusal: Option<Refusal>,
    /// Whether anyone may make an account.
    pub signup_open: bool,
    /// What was written and not sent, since the sign-in had ended.
    pub unsent: Option<String>,
}

/// The fields of [`LogIn`].
#[derive(Serialize)]
#[expect(missing_docs, reason = "named as the form's fields are")]
pub struct LogInForm {
    pub username: String,
    pub next: String,
    pub remember: bool,
}

/// Another password for somebody who forgot theirs.
#[derive(Serialize)]
pub struct Reset {
    /// The link's token.
    pub form: ResetForm,
    /// Whose password it is.
    pub username: String,
    /// Whether it is their first.
    pub first: bool,
    /// Why it came back.
    pub refusal: Option<Refusal>,
    /// Whether the link is still good.
    pub valid: bool,
}

/// The fields of [`Reset`].
#[derive(Serialize)]
#[expect(missing_docs, reason = "named as the form's fields are")]
pub struct ResetForm {
    pub token: String,
}

/// What to say where something cannot be shown.
#[derive(Serialize)]
pub struct Fault {
    /// The status of the answer.
    pub status: u16,
    /// The error's code.
    pub code: &'static str,
    /// The sentence for the reader.
    pub text: String,
    /// What else there is to know, such as the number by which the log knows this request.
    pub detail: String,
    /// Where there is no such room: one that can be made.
    pub offer: Option<Offer>,
}

/// A room that does not exist and could.
#[derive(Debug, Clone, Serialize)]
pub struct Offer {
    /// The name it would have.
    pub name: String,
    /// Its name in URLs.
    pub slug: String,
}

impl Template for SetUp {
    const NAME: &'static str = "setup.html";
    const KIND: &'static str = "form";
}

impl Template for SignUp {
    const NAME: &'static str = "signup.html";
    const KIND: &'static str = "entrance";
}

impl Template for LogIn {
    const NAME: &'static str = "login.html";
    const KIND: &'static str = "entrance";
}

impl Template for Reset {
    const NAME: &'static str = "reset.html";
    const KIND: &'static str = "form";
}

impl Template for Fault {
    const NAME: &'static str = "error.html";
    const KIND: &'static str = "error";
}
