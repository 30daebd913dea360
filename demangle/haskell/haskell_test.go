package haskell

import "testing"

// The names are of GHC's base library, decoded by the table in GHC's Encoding module.
func TestDemangle(t *testing.T) {
	for _, tt := range []struct {
		symbol, want string
		certain      bool
	}{
		{"base_GHCziBase_map_info", "GHC.Base.map", true},
		{"ghczmprim_GHCziTypes_ZMZN_closure", "GHC.Types.[]", true},
		{"ghczmprim_GHCziTupleziPrim_Z2T_con_info", "GHC.Tuple.Prim.(,)", true},
		{"base_GHCziBase_zgzgze_entry", "GHC.Base.>>=", true},
		{"base_DataziOldList_zdwsplitAtzq_info", "Data.OldList.$wsplitAt'", true},
		{"ghczmprim_Main_z3bbU_info", "Main.λ", true},
		{"Main_main_info", "Main.main", false},
		{"main_Main_main_info", "Main.main", false},

		{"base_GHCziBase_map", "", false},
		{"quiz_show_info", "", false},
		{"lz_Lzma_decoder_info", "L-a.decoder", false},
		{"a_B_c_d_info", "", false},
		{"a_Z99T_c_info", "", false},
		{"_info", "", false},
	} {
		got, ok := Demangle(tt.symbol)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("Demangle(%q) = %q, %v, want %q", tt.symbol, got, ok, tt.want)
		}
		if got := Is(tt.symbol); got != tt.certain {
			t.Errorf("Is(%q) = %v, want %v", tt.symbol, got, tt.certain)
		}
	}
}

func FuzzDemangle(f *testing.F) {
	f.Add("ghczmprim_GHCziTupleziPrim_Z2T_con_info")
	f.Add("ghczmprim_Main_z3bbU_info")
	f.Fuzz(func(t *testing.T, symbol string) {
		name, ok := Demangle(symbol)
		if ok != (name != "") || len(name) > 1+maxTuple*len(symbol) {
			t.Errorf("Demangle(%q) = %q, %v", symbol, name, ok)
		}
		if Is(symbol) && !ok {
			t.Errorf("Is(%q), but it is refused", symbol)
		}
	})
}
