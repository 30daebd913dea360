// Names of every kind that rustc mangles. Compiled as a library, once for each
// scheme; demangle/rust/testdata holds what its symbols mean.
#![allow(dead_code, unused)]

use std::fmt::Debug;

pub struct Pair<A, B>(A, B);

pub trait Speak {
    type Word;
    fn speak(&self) -> usize;
    fn twice(&self) -> usize { self.speak() * 2 }
}

impl<A: Debug, B> Speak for Pair<A, B> {
    type Word = A;
    #[inline(never)]
    fn speak(&self) -> usize { format!("{:?}", self.0).len() }
}

impl<A, B> Pair<A, B> {
    #[inline(never)]
    pub fn map<C>(self, f: impl Fn(A) -> C) -> Pair<C, B> { Pair(f(self.0), self.1) }
}

impl Speak for [u8; 4] {
    type Word = u8;
    #[inline(never)]
    fn speak(&self) -> usize { self.iter().map(|b| *b as usize).sum() }
}

impl Speak for fn(&str, *const u8) -> bool {
    type Word = ();
    #[inline(never)]
    fn speak(&self) -> usize { self("x", std::ptr::null()) as usize }
}

#[inline(never)]
pub fn constants<const N: usize, const S: i8, const C: char, const B: bool>() -> usize {
    N + S as usize + C as usize + B as usize
}

#[inline(never)]
pub fn object(s: &dyn Speak<Word = String>) -> usize { s.speak() }

#[inline(never)]
pub fn generic<T: ?Sized>(t: &T) -> usize { std::mem::size_of_val(t) }

pub mod größe {
    #[inline(never)]
    pub fn länge<T: super::Speak>(t: &T) -> usize { t.twice() }
}

#[no_mangle]
pub fn entry() -> usize {
    let pair = Pair(1u8, "two").map(|n| (n as i64, ()));
    let unsafe_fn: unsafe extern "C" fn(i32, ...) -> i32 = unsafe { std::mem::transmute(1usize) };
    let higher: for<'a> fn(&'a u8) -> &'a u8 = |x| x;
    pair.speak()
        + [1, 2, 3, 4].speak()
        + ((|_, _| true) as fn(&str, *const u8) -> bool).speak()
        + constants::<7, -5, 'ß', true>()
        + constants::<0, 127, '\n', false>()
        + größe::länge(&[0u8, 1, 2, 3])
        + generic("text")
        + generic(&[1u16, 2][..])
        + generic(&unsafe_fn)
        + generic(&higher)
        + generic::<dyn Fn(u8) -> Option<u128> + Send>(&|_| None)
        + (|| generic(&|| 1))()
}
