//! Where everyone writes down what happens to them.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use crate::checker::evidence::{Disturbance, Event, Moment, Process, What};

pub struct Record {
    began: Instant,
    events: Mutex<Vec<Event>>,
    disturbances: Mutex<Vec<Disturbance>>,
    processes: Mutex<Vec<Process>>,
    connections: AtomicU32,
}

/// Everything that was written down.
pub struct Recorded {
    pub events: Vec<Event>,
    pub disturbances: Vec<Disturbance>,
    pub processes: Vec<Process>,
}

impl Record {
    pub fn new() -> Record {
        Record {
            began: Instant::now(),
            events: Mutex::default(),
            disturbances: Mutex::default(),
            processes: Mutex::default(),
            connections: AtomicU32::new(1),
        }
    }

    pub fn now(&self) -> Moment {
        self.began.elapsed().as_micros() as Moment
    }

    pub fn add(&self, person: u32, what: What) {
        let mut events = self.events.lock().unwrap();
        // Taken inside, so that events are in the order of their times.
        let at = self.now();
        events.push(Event { at, person, what });
    }

    pub fn add_disturbance(&self, disturbance: Disturbance) {
        self.disturbances.lock().unwrap().push(disturbance);
    }

    pub fn add_process(&self, process: Process) {
        self.processes.lock().unwrap().push(process);
    }

    /// A number for a new connection.
    pub fn connection(&self) -> u32 {
        self.connections.fetch_add(1, Ordering::Relaxed)
    }

    /// Hands everything over; what is written down afterwards is another record's.
    pub fn take(&self) -> Recorded {
        Recorded {
            events: std::mem::take(&mut self.events.lock().unwrap()),
            disturbances: std::mem::take(&mut self.disturbances.lock().unwrap()),
            processes: std::mem::take(&mut self.processes.lock().unwrap()),
        }
    }
}
