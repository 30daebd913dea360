package demangle_test

import (
	"fmt"

	"github.com/nativesym/nativesym/demangle"
	"github.com/nativesym/nativesym/objfile/debuginfo"
)

func ExampleName() {
	for _, symbol := range []string{
		"_ZNKSt6vectorIN4shop4ItemESaIS1_EE2atEm",
		"?at@Cart@shop@@QEBAHH@Z",
		"_RNvMNtC4shop4cartNtB2_4Cart2at",
		"$s4shop4CartV2atyS2iF",
		"malloc",
	} {
		r, ok := demangle.Name(symbol, demangle.Options{})
		fmt.Printf("%s | %s | %s %v\n", r.Name, r.Short, r.Scheme, ok)
	}
	// Output:
	// std::vector<shop::Item, std::allocator<shop::Item>>::at(unsigned long) const | std::vector<T>::at | itanium true
	// shop::Cart::at(int) const | shop::Cart::at | msvc true
	// <shop::cart::Cart>::at | shop::cart::Cart::at | rust-v0 true
	// shop.Cart.at(Swift.Int) -> Swift.Int | Cart.at | swift true
	// malloc | malloc |  false
}

func ExampleName_options() {
	const symbol = "_ZN4shop4findINS_4ItemEEEPT_i"
	for _, o := range []demangle.Options{
		{},
		{ReturnType: true},
		{NoParameters: true},
		{NoParameters: true, NoTemplateArgs: true},
	} {
		r, _ := demangle.Name(symbol, o)
		fmt.Println(r.Name)
	}
	// Output:
	// shop::find<shop::Item>(int)
	// shop::Item* shop::find<shop::Item>(int)
	// shop::find<shop::Item>
	// shop::find
}

// The rules one by one, in the order of the package comment.
func ExampleShorten() {
	for _, name := range []string{
		"shop::Cart::total(shop::Currency, int) const",
		"std::vector<shop::Item>& shop::Cart::items() &",
		"shop::checkout(shop::Cart&) [clone .cold]",
		"shop::Map<int, shop::Item>::operator[](int const&)",
		"std::ostream& shop::operator<< <char>(std::ostream&, shop::Item const&)",
		"shop::Price::operator long double() const",
		"main::{lambda(int)#1}::operator()(int) const",
		"main::$_0::operator()(int) const",
		"main::'lambda'(int)::operator()(int) const",
		"`int main(void)'::`2'::<lambda_1>::operator()(int) const",
		"shop::(anonymous namespace)::helper(int)",
		"?A0x1234abcd::helper(int)",
		"non-virtual thunk to shop::Cart::total(int)",
		"vtable for shop::Map<int, shop::Item>",
		"invocation function for block in shop::sort(int)",
		"<shop::Cart<T> as core::fmt::Display>::fmt",
		"<T as shop::Priced>::price::h0123456789abcdef",
		"closure #1 (Int) -> Int in closure #2 () -> () in static Cart.total(in: Currency) -> Int",
		"reabstraction thunk helper from @escaping () -> () to @escaping () -> ()",
		"variable initialization expression of Cart.items : [Item]",
		"-[Cart(Totals) totalIn:]",
		"memcpy@@GLIBC_2.14",
		"Cart_Total_m7486FA1E8A228E806BA045D26ABECC87DFD436B4_inline",
	} {
		fmt.Println(demangle.Shorten(name, debuginfo.UnknownLanguage))
	}
	// Output:
	// shop::Cart::total
	// shop::Cart::items
	// shop::checkout
	// shop::Map<T>::operator[]
	// shop::operator<< <T>
	// shop::Price::operator long double
	// main::lambda::operator()
	// main::lambda::operator()
	// main::lambda::operator()
	// main::lambda::operator()
	// shop::(anonymous namespace)::helper
	// `anonymous namespace'::helper
	// shop::Cart::total
	// vtable for shop::Map<T>
	// block in shop::sort
	// shop::Cart<T>::fmt
	// shop::Priced::price
	// closure in Cart.total
	// thunk for closure
	// initializer expression of Cart.items
	// -[Cart(Totals) totalIn:]
	// memcpy
	// Cart_Total_inline
}

func ExampleReplaceAll() {
	line := "#3 0x55d0 in _ZN4shop4Cart5totalEv+0x1c (/usr/bin/shop)"
	fmt.Println(string(demangle.ReplaceAll(nil, line, demangle.Options{})))
	fmt.Println(string(demangle.ReplaceAll(nil, line, demangle.Options{Short: true})))
	// Output:
	// #3 0x55d0 in shop::Cart::total()+0x1c (/usr/bin/shop)
	// #3 0x55d0 in shop::Cart::total+0x1c (/usr/bin/shop)
}

func ExampleCache() {
	names := demangle.NewCache(0, demangle.Options{})
	for range 2 { // the second time it is only looked up
		fmt.Println(names.Name("_ZN4shop4Cart5totalEv", debuginfo.CPP).Short)
	}
	// Output:
	// shop::Cart::total
	// shop::Cart::total
}
