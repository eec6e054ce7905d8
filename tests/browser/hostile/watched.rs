//! A window in which whatever comes of somebody's text is noticed.

use serde_json::json;

use crate::window::Window;

/// What stands in each field behind a word of its own.
pub const MARKUP: &str = "<img src=x onerror=ran=1></script>{{7777*7777}}";
/// What the template would make of it.
const CALCULATED: &str = "60481729";

/// Notes whatever must not happen, on every page, before any of its own scripts.
pub const WATCH: &str = "
    const note = (what) => {
        const noted = JSON.parse(sessionStorage.getItem('noted') ?? '[]');
        sessionStorage.setItem('noted', JSON.stringify([...noted, `${location.pathname}${location.search}: ${what}`.slice(0, 400)]));
    };
    document.addEventListener('securitypolicyviolation', (event) => note(`${event.violatedDirective} forbids ${event.blockedURI} ${event.sample}`));
    addEventListener('error', (event) => event.message && note(event.message));
    addEventListener('unhandledrejection', (event) => note(String(event.reason)));
    for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => note(name);
    Object.defineProperty(window, 'ran', { set() { note('a script of somebody ran'); }, configurable: false });";

/// What is wrong with the page as it stands.
const LOOK: &str = "
    const wrong = JSON.parse(sessionStorage.getItem('noted') ?? '[]');
    const areas = [document.documentElement, document.body, ...document.querySelectorAll('main, .timeline__scroll, .door, .sheet')];
    for (const area of areas) if (area.scrollWidth > area.clientWidth + 1) wrong.push(`${area.tagName}.${area.className} is ${area.scrollWidth} wide`);
    const strange = 'img[src=\"x\"], [onerror], [onload], [onclick], [onmouseover], .message__text [style], iframe, object, embed, base, math, .message__text svg, script:not([src], [type=\"application/json\"])';
    for (const element of document.querySelectorAll(strange)) wrong.push(element.outerHTML.slice(0, 200));
    const leads = (element) => (element.getAttribute('href') ?? element.getAttribute('action') ?? element.getAttribute('formaction')).replace(/[\\s\\u0000-\\u001f]/g, '');
    for (const element of document.querySelectorAll('[href], [action], [formaction]')) if (/^(javascript|data|vbscript):/i.test(leads(element))) wrong.push(element.outerHTML.slice(0, 200));
    const fields = [...document.querySelectorAll('input, textarea')].map((field) => field.value).join(' ');
    const all = `${document.title} ${document.body.textContent} ${fields}`.replace(/[\\u2068\\u2069]/g, '');
    if (all.includes(arguments[1])) wrong.push('a template was filled in twice');
    for (const text of arguments[0]) if (!all.includes(text)) wrong.push(`it does not show ${text}`);
    return wrong.map((what) => `${location.pathname}${location.search}: ${what}`);";

/// A field's text with a word by which it is known again.
pub fn marked(word: &str) -> String {
    format!("{word}{MARKUP}")
}

/// A window in which nothing of that may happen.
pub struct Watched {
    pub window: Window,
    pub wrong: Vec<String>,
}

impl Watched {
    /// Opens a page, and looks at it.
    pub async fn sees(&mut self, path: &str, words: &[&str]) {
        self.window.goes_to(path).await;
        self.looks(words).await;
    }

    /// Looks at the page as it is: the words' texts are there as they were typed, and nothing came of them.
    pub async fn looks(&mut self, words: &[&str]) {
        let ready = "return document.readyState === 'complete'";
        self.window
            .until("the page", async || {
                self.window.runs(ready, &[]).await == true
            })
            .await;
        let texts: Vec<String> = words.iter().map(|word| marked(word)).collect();
        let found = self
            .window
            .runs(LOOK, &[json!(texts), json!(CALCULATED)])
            .await;
        let found = found.as_array().expect("a page").iter();
        self.wrong
            .extend(found.map(|found| found.as_str().unwrap().to_owned()));
    }

    /// Fills in a form as somebody would whom no field keeps from it, and sends it.
    pub async fn fills(&self, path: &str, form: &str, fields: &[(&str, &str)]) {
        self.window.goes_to(path).await;
        self.window.shows(form).await;
        let script = "window.isLeft = false;
            const form = document.querySelector(arguments[0]);
            form.noValidate = true;
            let button = null;
            for (const [name, value] of arguments[1]) {
                const field = form.elements[name];
                if (name === 'press') button = form.querySelector(value);
                else if (name === 'do') button = form.querySelector(`button[name=\"do\"][value=\"${value}\"]`);
                else { field.disabled = false; field.value = value; }
            }
            form.requestSubmit(button ?? undefined);";
        self.window
            .runs(script, &[json!(form), json!(fields)])
            .await;
        self.window
            .until("the answer", async || {
                let script =
                    "return window.isLeft === undefined && document.readyState === 'complete'";
                self.window.runs(script, &[]).await == true
            })
            .await;
    }
}
