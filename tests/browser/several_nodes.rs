//! Pages on several nodes: people of different nodes talk as on one, and a page whose node falls goes on at another.

use crate::driver::Driver;
use crate::play;
use crate::site::nodes::Nodes;
use crate::site::wire::Wire;
use crate::window::{DESK, PHONE, Window};

#[test]
fn a_page_whose_node_is_killed_goes_on_at_another() {
    play(async {
        let mut nodes = Nodes::start(2);
        let wire = Wire::to(nodes.sites[0].address());
        let driver = Driver::start();
        let ada = Window::open(&driver, &wire.url(), PHONE).await;
        let ben = Window::open(&driver, &nodes.sites[1].origin(), DESK).await;
        ada.signs_up(&nodes.sites[0], "ada").await;
        ben.signs_up(&nodes.sites[1], "ben").await;
        ada.enters("lobby").await;
        ben.enters("lobby").await;
        ada.says("from the first node").await;
        ben.sees("from the first node").await;
        ben.says("from the second").await;
        ada.sees("from the second").await;

        // As behind a proxy: the connection ends with the node, and the next one leads to another.
        wire.cut();
        nodes.sites[0].kill();
        ada.says("meanwhile").await;
        ben.says("and on the other").await;
        ben.sees("and on the other").await;
        wire.leads_to(nodes.sites[1].address());
        wire.mend();
        for window in [&ada, &ben] {
            window.sees("meanwhile").await;
            window.sees("and on the other").await;
        }
        let expected = [
            "from the first node",
            "from the second",
            "and on the other",
            "meanwhile",
        ];
        assert_eq!(ada.stored().await, expected);
        assert_eq!(ben.stored().await, expected);
        assert!(ada.pending().await.is_empty());
    });
}

#[test]
fn a_page_on_one_node_leaves_when_its_person_signs_out_on_another() {
    play(async {
        let nodes = Nodes::start(2);
        let driver = Driver::start();
        let first = Window::open(&driver, &nodes.sites[0].origin(), DESK).await;
        first.signs_up(&nodes.sites[0], "ada").await;
        first.enters("lobby").await;
        let elsewhere = nodes.sites[1].browser();
        elsewhere.set_cookie("adda", &first.cookie("adda").await);
        elsewhere
            .form("/logout", &[])
            .await
            .expect(303, "signs out on the other node");
        first.arrives_at("/login?next=%2Fchat%2Flobby%2F").await;
    });
}
