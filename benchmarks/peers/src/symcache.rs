//! symbolic's SymCache: a compiled file, looked up in place.

use std::fs::File;
use std::hint::black_box;
use std::io::{BufWriter, Write};

use symbolic::common::ByteView;
use symbolic::debuginfo::Object;
use symbolic::symcache::{SymCache, SymCacheConverter};

use crate::{Engine, Result};

pub fn compile(object: &str, cache: &str) -> Result<()> {
    let view = ByteView::open(object)?;
    let object = Object::parse(&view)?;
    let mut converter = SymCacheConverter::new();
    converter.process_object(&object)?;
    let mut out = BufWriter::new(File::create(cache)?);
    converter.serialize(&mut out)?;
    Ok(out.flush()?)
}

pub fn print_base(object: &str) -> Result<()> {
    let view = ByteView::open(object)?;
    println!("{:x}", Object::parse(&view)?.load_address());
    Ok(())
}

pub struct Cache(SymCache<'static>);

impl Cache {
    pub fn open(path: &str) -> Result<Cache> {
        let view: &'static ByteView = Box::leak(Box::new(ByteView::open(path)?));
        Ok(Cache(SymCache::parse(view)?))
    }
}

impl Engine for Cache {
    /// Leaves the file's directory and name apart: joining them would cost an allocation.
    fn touch(&mut self, addr: u64) -> usize {
        let mut frames = 0;
        for location in self.0.lookup(addr) {
            let function = location.function();
            black_box((function.name(), function.entry_pc(), function.language()));
            black_box((location.file(), location.line()));
            frames += 1;
        }
        frames
    }

    fn answer(&mut self, addr: u64, frame: &mut dyn FnMut(&str, &str, u32)) {
        for location in self.0.lookup(addr) {
            let file = location.file().map(|file| file.full_path()).unwrap_or_default();
            frame(location.function().name(), &file, location.line());
        }
    }
}
