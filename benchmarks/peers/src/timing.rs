//! How long one lookup takes, in four situations. lookup/timing.go does the same, step by step.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::{Engine, Result};

/// How long a mode passes over its addresses, again and again.
const LEAST_TIME: Duration = Duration::from_millis(250);

/// A hot loop asks for so few addresses that all it reads stays in the nearest caches.
const HOT: usize = 1000;

/// A cold pass asks for COLD addresses after EVICT bytes went through the caches.
const COLD: usize = 400;
const COLD_PASSES: usize = 8;
const EVICT: usize = 384 << 20;

/// Prints the median time of a lookup in nanoseconds for each mode (separated by commas).
pub fn run(mut engine: Box<dyn Engine>, addrs: &[u64], modes: &str) -> Result<()> {
    for mode in modes.split(',') {
        let nanoseconds = match mode {
            "random" => warm(&mut *engine, addrs),
            "hot" => warm(&mut *engine, &addrs[..HOT.min(addrs.len())]),
            "sorted" => {
                let mut sorted = addrs.to_vec();
                sorted.sort_unstable();
                warm(&mut *engine, &sorted)
            }
            "cold" => cold(&mut *engine, addrs),
            _ => return Err(format!("no mode {mode}").into()),
        };
        println!("{mode}:{nanoseconds:.1}");
    }
    Ok(())
}

fn warm(engine: &mut dyn Engine, addrs: &[u64]) -> f64 {
    pass(engine, addrs);
    let start = Instant::now();
    let mut times = Vec::new();
    while times.is_empty() || start.elapsed() < LEAST_TIME {
        times.push(pass(engine, addrs));
    }
    median(times)
}

/// Asks for everything once first, since some engines read the file only then.
fn cold(engine: &mut dyn Engine, addrs: &[u64]) -> f64 {
    pass(engine, addrs);
    let mut eviction = vec![1u8; EVICT];
    let times = addrs.chunks_exact(COLD).cycle().take(COLD_PASSES).map(|chunk| {
        for byte in eviction.iter_mut().step_by(64) {
            *byte = byte.wrapping_add(1);
        }
        black_box(&mut eviction);
        pass(engine, chunk)
    });
    median(times.collect())
}

/// Looks every address up once and returns the nanoseconds of one.
fn pass(engine: &mut dyn Engine, addrs: &[u64]) -> f64 {
    let start = Instant::now();
    let mut frames = 0;
    for &addr in addrs {
        frames += engine.touch(addr);
    }
    black_box(frames);
    start.elapsed().as_nanos() as f64 / addrs.len() as f64
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
