package symbolicate

import (
	"fmt"

	"github.com/nativesym/nativesym/debugimage"
	"github.com/nativesym/nativesym/objfile"
)

// An Adjust is what an event says about a frame's address.
type Adjust uint8

// What an event can say, with adjust_instruction_addr on a frame or with
// instruction_addr_adjustment on the whole stack.
const (
	AdjustAuto  Adjust = iota // nothing: a caller's is a return address, the youngest frame's is not
	AdjustYes                 // it is a return address
	AdjustNever               // it is the address of the instruction itself
)

// A FrameAddr is an address of a frame and what is known about its origin.
type FrameAddr struct {
	Addr   debugimage.Abs
	Arch   objfile.Arch // of the code there, as the debug file knows it
	Top    bool         // the youngest frame of its stack
	Adjust Adjust
	PC     debugimage.Abs // program counter among the stack's registers, 0 without
	Signal Signal         // that ended the process, if any
}

// A Rule says how the address to look up comes from the one that was reported.
type Rule uint8

// The rules.
const (
	RuleNone      Rule = iota // the frame was not looked up
	RuleExact                 // the youngest frame: where the thread stopped
	RuleReturn                // a caller: the call before the return address
	RuleSignal                // the youngest frame, but the thread stopped elsewhere: the call before
	RuleToldYes               // the event says to look before the address
	RuleToldNever             // the event says to take the address as it is
	RuleRelative              // an offset in an image without an address: taken as it is
	RuleSymbol                // symbol_addr, as no image holds the address itself
)

// String returns the rule in a few words.
func (r Rule) String() string {
	switch r {
	case RuleNone:
		return "not looked up"
	case RuleExact:
		return "youngest frame: exact"
	case RuleReturn:
		return "caller: before the return address"
	case RuleSignal:
		return "youngest frame after a crash signal, not at the program counter: before the return address"
	case RuleToldYes:
		return "told to adjust: before the return address"
	case RuleToldNever:
		return "told not to adjust: exact"
	case RuleRelative:
		return "offset in an image without address: exact"
	case RuleSymbol:
		return "address in no image: the sender's symbol_addr"
	}
	return fmt.Sprintf("Rule(%d)", uint8(r))
}

// CallAddr returns the address to look up for a frame: that of an instruction,
// where a frame that called something has the address it will return to.
//
// Some senders cut the frames of their own signal handler off, and more than
// those: the frame that is left on top then is a caller. It is known by a program
// counter that is somewhere else.
func CallAddr(f FrameAddr) (debugimage.Abs, Rule) {
	exact := alignment(f.Arch).align(f.Addr)
	switch {
	case f.Adjust == AdjustYes:
		return before(f), RuleToldYes
	case f.Adjust == AdjustNever:
		return exact, RuleToldNever
	case !f.Top:
		return before(f), RuleReturn
	case f.PC != 0 && alignment(f.Arch).align(f.PC) != exact && f.Signal.IsCrash():
		return before(f), RuleSignal
	}
	return exact, RuleExact
}

// before returns an address inside the call that returns to f.Addr.
func before(f FrameAddr) debugimage.Abs {
	s := alignment(f.Arch)
	a := s.align(f.Addr)
	return a - min(a, s.back)
}

// A spacing is how instructions lie in memory.
type spacing struct {
	mask debugimage.Abs // bits that an instruction's address does not have
	back debugimage.Abs // from a return address into the call
}

func (s spacing) align(a debugimage.Abs) debugimage.Abs { return a &^ s.mask }

// alignment returns the spacing of an architecture. Where instructions vary in
// length, one step back is inside the call, wherever that began. Bit 0 of an
// Arm address says that it is Thumb code.
func alignment(a objfile.Arch) spacing {
	switch a {
	case objfile.ARM, objfile.ARMv5, objfile.ARMv6, objfile.ARMv6m, objfile.ARMv7, objfile.ARMv7f,
		objfile.ARMv7s, objfile.ARMv7k, objfile.ARMv7m, objfile.ARMv7em:
		return spacing{mask: 1, back: 2}
	case objfile.ARM64, objfile.ARM64e, objfile.ARM64_32, objfile.PPC, objfile.PPC64,
		objfile.LoongArch32, objfile.LoongArch64:
		return spacing{mask: 3, back: 4}
	case objfile.MIPS, objfile.MIPS64, objfile.SPARC, objfile.SPARC64:
		return spacing{mask: 3, back: 8} // the call and its delay slot
	case objfile.RISCV32, objfile.RISCV64, objfile.S390, objfile.S390X:
		return spacing{mask: 1, back: 2}
	case objfile.WASM32:
		return spacing{}
	}
	return spacing{back: 1} // x86, and whatever is not known
}
