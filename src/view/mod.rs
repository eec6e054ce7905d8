//! What people see: pages and the texts on them, static files, and the drawing of messages. It knows nothing of requests.

pub mod adding;
pub mod administration;
pub mod agent;
pub mod assets;
pub mod deleting;
pub mod details;
pub mod direct;
pub mod directory;
pub mod forms;
pub mod invitations;
pub mod leaving;
pub mod lobby;
pub mod markup;
pub mod notices;
pub mod notifications;
pub mod page;
pub mod person;
pub mod pictures;
pub mod qr;
pub mod reports;
pub mod room;
pub mod room_administration;
pub mod settings;
pub mod site;
pub mod texts;
pub mod waiting;
