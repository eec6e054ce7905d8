//! What the form of a room carries, whether its browser sends files with it or not.

use actix_web::HttpRequest;
use actix_web::dev::{Payload, UrlEncoded};
use serde::Deserialize;

use super::COMPOSER_BYTES_MAX;
use super::refusals::{self, Shared};
use super::uploads::form::{self, Sent};
use crate::chat::posting::{Named, Posting};
use crate::error::{Error, Result};
use crate::names::ClientId;
use crate::store::rooms::Room;
use crate::store::users::Viewer;

/// What the form that posts carries.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Form {
    message: String,
    client_id: String,
    reply_to: String,
    /// `text` where a line that begins with a slash is no command.
    says: String,
    #[serde(skip)]
    attachments: Vec<Named>,
    /// Why a file was not taken.
    #[serde(skip)]
    refusal: Option<Error>,
}

impl Form {
    /// Reads a form, and takes in its files for whoever posts to that room; where nobody does, none.
    ///
    /// Errors: what is wrong with the form itself.
    pub(super) async fn read(
        services: &Shared,
        request: &HttpRequest,
        body: actix_web::web::Payload,
        sender: Option<(&Viewer, &Room)>,
    ) -> Result<Form> {
        if form::carries_files(request) {
            let sent = form::read(services, request, body, sender).await?;
            return Ok(Form::from(sent));
        }
        let mut body: Payload = body.into_inner();
        let form = UrlEncoded::new(request, &mut body).limit(COMPOSER_BYTES_MAX);
        form.await.map_err(|fault| refusals::form_fault(&fault))
    }

    /// The text as it was typed: browsers send every line break of a form as two characters.
    pub(super) fn typed(&self) -> String {
        self.message.replace("\r\n", "\n")
    }

    /// Whether what was typed is to be said as it is, even if it begins like a command.
    pub(super) fn is_text(&self) -> bool {
        self.says == "text"
    }

    /// The same with other words to say.
    pub(super) fn saying(self, message: String) -> Form {
        Form { message, ..self }
    }

    /// The message that it answers. Errors: `BadRequest` where it is no number.
    pub(super) fn answered(&self) -> Result<Option<i64>> {
        match self.reply_to.as_str() {
            "" => Ok(None),
            number => number
                .parse()
                .map(Some)
                .map_err(|_| Error::BadRequest("bad-reply")),
        }
    }

    /// What is to be said, and the id it bears.
    ///
    /// Errors: what is wrong with them, or with a file.
    pub(super) fn checked(self) -> Result<(Option<ClientId>, Posting)> {
        let typed = self.typed();
        if let Some(refusal) = &self.refusal {
            return Err(refusal.clone());
        }
        let client_id = Some(&*self.client_id).filter(|id| !id.is_empty());
        let client_id = client_id.map(ClientId::parse).transpose()?;
        let reply_to = self.answered()?;
        let posting = Posting::parse(Some(&typed), reply_to, self.attachments)?;
        Ok((client_id, posting))
    }
}

impl From<Sent> for Form {
    fn from(sent: Sent) -> Form {
        let Sent {
            message,
            client_id,
            reply_to,
            says,
            attachments,
            refusal,
        } = sent;
        Form {
            message,
            client_id,
            reply_to,
            says,
            attachments,
            refusal,
        }
    }
}
