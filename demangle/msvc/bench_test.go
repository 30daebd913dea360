package msvc

import "testing"

// benchmarks are names as they are met: short and long, flat and nested.
var benchmarks = []struct{ name, symbol string }{
	{"method", "?world@hello@@QEBAXXZ"},
	{"constructor", "??0Base@app@@QEAA@XZ"},
	{"template", "?push_back@?$vector@HV?$allocator@H@std@@@std@@QEAAX$$QEAH@Z"},
	{"strings", "?at@?$vector@V?$basic_string@DU?$char_traits@D@std@@V?$allocator@D@2@@std@@V?$allocator@V?$basic_string@DU?$char_traits@D@std@@V?$allocator@D@2@@std@@@2@@std@@QEAAAEAV?$basic_string@DU?$char_traits@D@std@@V?$allocator@D@2@@2@_K@Z"},
	{"lambda", "??R<lambda_1>@?0???$TemplateFuncionWithLocalLambda@H@@YA?A?<auto>@@H@Z@QBE?A?1@XZ"},
	{"refused", "?fn@?$klass@H@ns@@QEBAI"},
}

func BenchmarkDemangle(b *testing.B) {
	for _, bb := range benchmarks {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(bb.symbol)))
			for b.Loop() {
				Demangle(bb.symbol, Options{})
			}
		})
	}
}
