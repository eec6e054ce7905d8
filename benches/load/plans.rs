//! What can be asked for of a site with many people.

use clap::Args;

/// People who come and go, in a room of people who stay.
#[derive(Args, Clone)]
pub struct PresencePlan {
    /// People who stay
    #[arg(long, default_value_t = 1_000, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=4_000))]
    pub people: u16,
    /// People who come and go all the time
    #[arg(long, default_value_t = 50, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=900))]
    pub moving: u16,
    /// How many of these come or go in a second
    #[arg(long, default_value_t = 20.0, value_name = "NUMBER")]
    pub rate: f64,
    /// How long to count
    #[arg(long, default_value_t = 20.0, value_name = "SECONDS")]
    pub seconds: f64,
}

/// The lobby of a large site.
#[derive(Args, Clone)]
pub struct LobbyPlan {
    /// Open rooms
    #[arg(long, default_value_t = 500, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=5_000))]
    pub rooms: u16,
    /// How many of these each of those who ask belongs to
    #[arg(long, default_value_t = 20, value_name = "NUMBER")]
    pub joined: u16,
    /// People
    #[arg(long, default_value_t = 2_000, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(10..=5_000))]
    pub people: u16,
    /// How long to ask
    #[arg(long, default_value_t = 5.0, value_name = "SECONDS")]
    pub seconds: f64,
    /// Over how many kept connections, each somebody else's
    #[arg(long, default_value_t = 8, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub connections: u16,
}

/// A room in which much was said.
#[derive(Args, Clone)]
pub struct AroundPlan {
    /// Messages in the room
    #[arg(long, default_value_t = 1_000_000, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(100..=10_000_000))]
    pub messages: u32,
    /// How often it is opened, each way
    #[arg(long, default_value_t = 1_000, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(10..=100_000))]
    pub requests: u32,
}

/// Files that one person sends, one after the other.
#[derive(Args, Clone)]
pub struct UploadsPlan {
    /// How large each is
    #[arg(long, default_value_t = 500, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub megabytes: u16,
    /// How many, and how many pictures
    #[arg(long, default_value_t = 5, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=100))]
    pub times: u16,
}

/// Words among very many messages.
#[derive(Args, Clone)]
pub struct SearchPlan {
    /// Messages that are looked through
    #[arg(long, default_value_t = 1_000_000, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(100_000..=10_000_000))]
    pub messages: u32,
    /// Messages a second that are said meanwhile
    #[arg(long, default_value_t = 500.0, value_name = "NUMBER")]
    pub rate: f64,
    /// How long to search
    #[arg(long, default_value_t = 30.0, value_name = "SECONDS")]
    pub seconds: f64,
}

/// Somebody with many busy rooms.
#[derive(Args, Clone)]
pub struct ActivityPlan {
    /// Their rooms, in each of which somebody talks
    #[arg(long, default_value_t = 50, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub rooms: u16,
    /// Messages a second, all rooms together
    #[arg(long, default_value_t = 1_000.0, value_name = "NUMBER")]
    pub rate: f64,
    /// How long they talk
    #[arg(long, default_value_t = 10.0, value_name = "SECONDS")]
    pub seconds: f64,
}

/// Much that is said at once in a room with many members.
#[derive(Args, Clone)]
pub struct BurstPlan {
    /// Messages
    #[arg(long, default_value_t = 1_000, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(10..))]
    pub messages: u16,
    /// Members of the room, all connected
    #[arg(long, default_value_t = 1_000, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(10..=5_000))]
    pub people: u16,
}
