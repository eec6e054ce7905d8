//! Draws pages from templates that are part of the program; debug builds read them from disk, so that an edit shows on reload.

use std::error::Error as _;
use std::sync::Arc;

use fluent_bundle::FluentValue;
use rust_embed::RustEmbed;
use serde::Serialize;
use serde_json::{Value as Json, json};
use tera::{Context, Kwargs, State, Tera, Value};

use super::person::Person;
use super::site::Shown;
use super::{assets, texts};
use crate::emoji;
use crate::error::{Error, Result};
use crate::rights::{self, Action};
use crate::store::settings::Known;
use crate::store::users::Viewer;

/// What the site is called, for the texts of every page.
const SITE: &str = "site";

#[derive(RustEmbed)]
#[folder = "templates/"]
struct Templates;

/// What one template shows.
pub trait Template: Serialize {
    /// The template's file.
    const NAME: &'static str;
    /// What scripts call a page of this kind.
    const KIND: &'static str;

    /// What scripts start from, beside what every page has.
    fn boot(&self) -> Json {
        json!({})
    }
}

/// Who a page is drawn for, and where.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// Who is signed in.
    pub viewer: Option<&'a Viewer>,
    /// The page's path.
    pub path: &'a str,
}

/// All templates.
pub struct Pages {
    #[cfg_attr(
        debug_assertions,
        expect(dead_code, reason = "debug builds parse them anew each time")
    )]
    tera: Tera,
    epoch: Arc<str>,
    settings: Known,
}

/// What every template gets as `page`.
#[derive(Serialize)]
struct Frame<'a> {
    lang: &'static str,
    dir: &'static str,
    assets: &'static str,
    epoch: &'a str,
    me: Option<&'a Person>,
    administrator: bool,
    /// Whether making rooms is left to whoever looks.
    makes_rooms: bool,
    path: &'a str,
    site: Shown,
}

impl Pages {
    /// Parses all templates. Errors: `Internal` with the place of a mistake in one of them.
    pub fn new(epoch: Arc<str>, settings: Known) -> Result<Pages> {
        Ok(Pages {
            tera: parse()?,
            epoch,
            settings,
        })
    }

    /// Draws a page.
    pub fn draw<T: Template>(&self, reader: Reader, shown: &T) -> Result<String> {
        let me = reader.viewer.map(Person::from);
        let settings = self.settings.now();
        let makes_rooms = |viewer: &Viewer| {
            rights::may(viewer.as_person(), Action::MakeRoom(settings.makes_rooms)).is_ok()
        };
        let frame = Frame {
            lang: texts::LANGUAGE,
            dir: texts::DIRECTION,
            assets: assets::root(),
            epoch: &self.epoch,
            me: me.as_ref(),
            administrator: reader.viewer.is_some_and(Viewer::is_administrator),
            makes_rooms: reader.viewer.is_some_and(makes_rooms),
            path: reader.path,
            site: Shown::new(&settings, reader.viewer.is_some()),
        };
        let mut context = Context::from_serialize(shown).map_err(|cause| fault(T::NAME, &cause))?;
        context.insert("page", &frame);
        context.insert(SITE, &frame.site.name);
        context.insert("boot", &boot(&frame, T::KIND, shown.boot())?);
        self.render(T::NAME, &context)
            .map_err(|cause| fault(T::NAME, &cause))
    }

    #[cfg(not(debug_assertions))]
    fn render(&self, name: &str, context: &Context) -> tera::TeraResult<String> {
        self.tera.render(name, context)
    }

    #[cfg(debug_assertions)]
    fn render(&self, name: &str, context: &Context) -> tera::TeraResult<String> {
        texts::refresh();
        parse()
            .map_err(|cause| tera::Error::message(cause.to_string()))?
            .render(name, context)
    }
}

fn parse() -> Result<Tera> {
    let mut tera = Tera::new();
    tera.register_function("t", text);
    tera.register_function("asset", asset);
    let sources: Vec<(String, String)> = Templates::iter()
        .filter(|name| name.ends_with(".html"))
        .filter_map(|name| {
            let source = Templates::get(&name)?;
            Some((
                name.into_owned(),
                String::from_utf8_lossy(&source.data).into_owned(),
            ))
        })
        .collect();
    tera.add_raw_templates(sources)
        .map_err(|cause| fault("templates", &cause))?;
    Ok(tera)
}

/// What scripts start from, as JSON that cannot end the element it stands in.
fn boot(frame: &Frame, kind: &str, own: Json) -> Result<String> {
    let mut boot = json!({ "page": kind, "epoch": frame.epoch, "me": frame.me, "assets": frame.assets, "emoji": emoji::path(), "site": frame.site.name });
    if let (Json::Object(all), Json::Object(own)) = (&mut boot, own) {
        all.extend(own);
    }
    let text = serde_json::to_string(&boot).map_err(|cause| Error::Internal(cause.to_string()))?;
    Ok(text.replace('<', "\\u003c"))
}

/// `t(key="…", name=value)`: a text with its arguments, and what the site is called.
fn text(arguments: Kwargs, state: &State) -> tera::TeraResult<String> {
    let key: &str = arguments.must_get("key")?;
    let mut named = texts::Arguments::new();
    if let Some(site) = state.get::<String>(SITE)? {
        named.set(SITE, site);
    }
    for (name, value) in arguments.iter() {
        if let Some(name) = name.as_str().filter(|name| *name != "key") {
            named.set(name.to_owned(), fluent(value));
        }
    }
    Ok(texts::t(key, &named))
}

fn fluent(value: &Value) -> FluentValue<'static> {
    match (value.as_i64(), value.as_f64()) {
        (Some(number), _) => FluentValue::from(number),
        (None, Some(number)) => FluentValue::from(number),
        (None, None) => FluentValue::from(value.to_string()),
    }
}

/// `asset(path="…")`: where a static file is.
fn asset(arguments: Kwargs, _: &State) -> tera::TeraResult<String> {
    let path: &str = arguments.must_get("path")?;
    Ok(format!("{}/{path}", assets::root()))
}

fn fault(name: &str, cause: &tera::Error) -> Error {
    let mut sentence = format!("{name}: {cause}");
    let mut source = cause.source();
    while let Some(cause) = source {
        sentence = format!("{sentence}: {cause}");
        source = cause.source();
    }
    Error::Internal(sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_scripts_start_from_cannot_end_its_element() {
        let frame = Frame {
            lang: "en",
            dir: "ltr",
            assets: "",
            epoch: "</script><script>",
            me: None,
            administrator: false,
            makes_rooms: false,
            path: "/",
            site: Shown {
                name: "</script>".to_owned(),
                ..Shown::default()
            },
        };
        let boot = boot(&frame, "form", json!({ "at": 3 })).unwrap();
        assert!(!boot.contains('<'), "{boot}");
        let read: Json = serde_json::from_str(&boot).unwrap();
        assert_eq!(read["epoch"], "</script><script>");
        assert_eq!(read["at"], 3);
    }
}
