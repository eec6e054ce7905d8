//! What people say: the frames that browsers would send.

use crate::token::{self, Token};

const FILLING: &str =
    " and what they say is kept before anyone sees it, in the order that everyone sees,";

/// Writes the frame that a browser would: with an id nobody can guess, as those of real people are.
pub fn compose(token: &Token, size: usize, frame: &mut String) {
    let origin =
        u64::from(token.run) << 48 | u64::from(token.sender) << 32 | u64::from(token.number);
    let (high, low) = (scatter(origin), scatter(!origin));
    frame.clear();
    frame.push_str(r#"{"type":"message","client_id":""#);
    for number in [high, low] {
        for place in 0..11 {
            let letter = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                [(number >> (place * 6) & 63) as usize];
            frame.push(char::from(letter));
        }
    }
    frame.push_str(r#"","message":""#);
    token.write(frame);
    let mut left = size - token::LENGTH;
    while left > 0 {
        let piece = left.min(FILLING.len());
        frame.push_str(&FILLING[..piece]);
        left -= piece;
    }
    // A space at the end would be trimmed by some servers.
    if frame.ends_with(' ') {
        frame.pop();
        frame.push('.');
    }
    frame.push_str(r#""}"#);
}

/// Spreads numbers that are near each other over all there are (the last steps of SplitMix64).
pub fn scatter(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
