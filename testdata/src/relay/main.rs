//! relay passes messages from hop to hop and adds up what that costs.
//!
//! It does without the standard library, to be small.
#![no_std]
#![no_main]

use core::ffi::{c_char, c_int};

#[link(name = "c")]
unsafe extern "C" {
    fn puts(text: *const c_char) -> c_int;
    fn abort() -> !;
}

#[panic_handler]
fn on_panic(_: &core::panic::PanicInfo) -> ! {
    unsafe { abort() }
}

mod hop {
    pub trait Hop {
        fn cost(&self, bytes: u64) -> u64;
    }

    pub struct Wire {
        pub metres: u64,
    }

    pub struct Radio<const CHANNEL: u64>;

    impl Hop for Wire {
        fn cost(&self, bytes: u64) -> u64 {
            bytes.checked_mul(self.metres).map_or(u64::MAX, |c| c / 1000)
        }
    }

    impl<const CHANNEL: u64> Hop for Radio<CHANNEL> {
        fn cost(&self, bytes: u64) -> u64 {
            bytes.rotate_left(3) ^ CHANNEL
        }
    }
}

use hop::{Hop, Radio, Wire};

struct Route<'a, const N: usize> {
    hops: [&'a dyn Hop; N],
}

impl<const N: usize> Route<'_, N> {
    #[inline(never)]
    fn cost(&self, bytes: u64) -> u64 {
        self.hops
            .iter()
            .map(|hop| hop.cost(bytes))
            .filter(|cost| cost % 2 == 0)
            .fold(0, |sum, cost| sum.wrapping_add(cost))
    }
}

#[inline(never)]
fn cheapest<T: Copy, F: Fn(T) -> u64>(of: &[T], cost: F) -> Option<T> {
    of.iter().copied().min_by_key(|&t| cost(t))
}

#[unsafe(no_mangle)]
pub extern "C" fn main(argc: c_int, _argv: *const *const c_char) -> c_int {
    let wire = Wire { metres: argc as u64 * 1500 };
    let route = Route { hops: [&wire, &Radio::<6>, &Radio::<11>] };
    let sizes = [640, 1500, argc as u64, 9000];
    match cheapest(&sizes, |bytes| route.cost(bytes)) {
        Some(bytes) if bytes < 2 => unsafe { puts(c"small is cheap".as_ptr()) },
        _ => 0,
    };
    0
}
