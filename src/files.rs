//! Files that people send: what they are called, what they are by their content, and what they tell beside it. Functions without
//! a database.

mod boxes;
mod id;
pub mod kind;
pub mod measures;
mod name;
pub mod traces;
pub mod voice;

pub use id::FileId;
pub use name::FileName;
