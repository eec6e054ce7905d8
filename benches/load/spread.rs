//! Who is on which node.

/// The node of each person of a room: senders take turns on the first `speaking` nodes, then everyone goes where the fewest are.
pub fn over_nodes(people: usize, senders: usize, speaking: usize, nodes: usize) -> Vec<usize> {
    let mut crowding = vec![0; nodes.max(1)];
    let mut node_of = |person: usize| {
        let emptiest = (0..crowding.len()).min_by_key(|node| crowding[*node]);
        let node = if person < senders {
            person % speaking.clamp(1, crowding.len())
        } else {
            emptiest.unwrap_or(0)
        };
        crowding[node] += 1;
        node
    };
    (0..people).map(&mut node_of).collect()
}
