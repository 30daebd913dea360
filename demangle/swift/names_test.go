package swift

var current = []name{
	{
		"$s3App10LoginModelC8password33_4C5E2F2D4B1A4D0F8E6C7B8A9D0E1F2ALLSSvg",
		"App.LoginModel.(password in _4C5E2F2D4B1A4D0F8E6C7B8A9D0E1F2A).getter : Swift.String",
		"LoginModel.password.getter",
	},
	{
		"$s3App10LoginModelC6submityyYaKFTQ0_",
		"(1) await resume partial function for App.LoginModel.submit() async throws -> ()",
		"LoginModel.submit()",
	},
	{
		"$s3App10LoginModelC6submityyYaKFyyScMYcXEfU_",
		"closure #1 @Swift.MainActor () -> () in App.LoginModel.submit() async throws -> ()",
		"closure #1 in LoginModel.submit()",
	},
	{
		"$s3App10LoginModelCfD",
		"App.LoginModel.__deallocating_deinit",
		"LoginModel.__deallocating_deinit",
	},
	{
		"$s3App10LoginModelCfZ",
		"App.LoginModel.__isolated_deallocating_deinit",
		"LoginModel.__isolated_deallocating_deinit",
	},
	{
		"_$s3App5StoreC5itemsSDySSSaySiGGvM",
		"App.Store.items.modify : [Swift.String : [Swift.Int]]",
		"Store.items.modify",
	},
	{
		"__$s3App5StoreCySiSScis",
		"App.Store.subscript.setter : (Swift.String) -> Swift.Int",
		"Store.subscript.setter",
	},
	{
		"$s3App5StoreC4name3ageACSS_SitcfC",
		"App.Store.__allocating_init(name: Swift.String, age: Swift.Int) -> App.Store",
		"Store.__allocating_init(name:age:)",
	},
	{
		"$e3App5StoreC4loadyyFTo",
		"@objc App.Store.load() -> ()",
		"@objc Store.load()",
	},
	{
		"$s3App5StoreC4loadyyFTj",
		"dispatch thunk of App.Store.load() -> ()",
		"dispatch thunk of Store.load()",
	},
	{
		"$s3App5StoreC4loadyyFTu",
		"async function pointer to App.Store.load() -> ()",
		"async function pointer to Store.load()",
	},
	{
		"$s3App5StoreCMa",
		"type metadata accessor for App.Store",
		"type metadata accessor for Store",
	},
	{
		"$s3App5StateOSQAAWP",
		"protocol witness table for App.State : Swift.Equatable in App",
		"protocol witness table for State",
	},
	{
		"$s3App5StateOwxx",
		"destroy value witness for App.State",
		"destroy for State",
	},
	{
		"$s3App4swapyyxz_xztlF",
		"App.swap<A>(inout A, inout A) -> ()",
		"swap<A>(_:_:)",
	},
	{
		"$s3App3sumyS2i_SitFfA0_",
		"default argument 1 of App.sum(Swift.Int, Swift.Int) -> Swift.Int",
		"default argument 1 of sum(_:_:)",
	},
	{
		"$s3App6logger_WZ",
		"one-time initialization function for logger",
		"one-time initialization function for logger",
	},
	{
		"$s3App4zip2yyxxQpRvzlF",
		"App.zip2<each A>(repeat A) -> ()",
		"zip2<each A>(_:)",
	},
	{
		"$s3App5firstyyAA6VectorVy$3_SiGF",
		"App.first(App.Vector<4, Swift.Int>) -> ()",
		"first(_:)",
	},
	{
		"$s3App7collect8elementsyx_tRi_zlF",
		"App.collect<A where A: ~Swift.Copyable>(elements: A) -> ()",
		"collect<A>(elements:)",
	},
	{
		"$s3App4viewQryF",
		"App.view() -> some",
		"view()",
	},
	{
		"$s3App4viewQryFQOMQ",
		"opaque type descriptor for <<opaque return type of App.view() -> some>>",
		"opaque type descriptor for <<opaque return type of view()>>",
	},
	{
		"$s3App4takeyys5Error_AA6DriverCXcF",
		"App.take(App.Driver & Swift.Error) -> ()",
		"take(_:)",
	},
	{
		"$s3App4takeyys5Error_s8SendableXlF",
		"App.take(Swift.Error & Swift.Sendable & Swift.AnyObject) -> ()",
		"take(_:)",
	},
	{
		"$s3App1SV1loiySbAC_ACtFZ",
		"static App.S.< infix(App.S, App.S) -> Swift.Bool",
		"static S.< infix(_:_:)",
	},
	{
		"$s3App4testyySi_SStFTf4dg_n",
		"function signature specialization <Arg[0] = Dead, Arg[1] = Owned To Guaranteed> of App.test(Swift.Int, Swift.String) -> ()",
		"specialized test(_:_:)",
	},
	{
		"$s3App5valueSivpfi",
		"variable initialization expression of App.value : Swift.Int",
		"variable initialization expression of value",
	},
	{
		"$s3App5ViewsV5_name33_4C5E2F2D4B1A4D0F8E6C7B8A9D0E1F2ALLSSvpfP",
		"property wrapper backing initializer of App.Views.(_name in _4C5E2F2D4B1A4D0F8E6C7B8A9D0E1F2A) : Swift.String",
		"property wrapper backing initializer of Views._name",
	},
	{
		"$s3App3fooyyF.resume.0",
		`App.foo() -> () with unmangled suffix ".resume.0"`,
		"foo()",
	},
	{
		"$s3App4mainyyFyycfU0_yyXEfU_",
		"closure #1 () -> () in closure #2 () -> () in App.main() -> ()",
		"closure #1 in closure #2 in main()",
	},
	{
		"$sSo8UIWindowC3AppE6attachyyF",
		"(extension in App):__C.UIWindow.attach() -> ()",
		"UIWindow.attach()",
	},
	{
		"$sSS3App1PA2aBP1fyyFTW",
		"protocol witness for App.P.f() -> () in conformance Swift.String : App.P in App",
		"protocol witness for P.f() in conformance String",
	},
	{
		"$s3App1XV1yAA1ZVSgvpWvd",
		"direct field offset for App.X.y : App.Z?",
		"direct field offset for X.y",
	},
	{
		"$sSiSgIegd_SiIegr_TR",
		"reabstraction thunk helper from @escaping @callee_guaranteed () -> (@unowned Swift.Int?) to @escaping @callee_guaranteed () -> (@out Swift.Int)",
		"thunk for @escaping @callee_guaranteed () -> (@unowned Int?)",
	},
	{
		"$sSay3App1SVGSayxGSlsWl",
		"lazy protocol witness table accessor for type [App.S] and conformance [A] : Swift.Collection in Swift",
		"lazy protocol witness table accessor for type [S] and conformance [A]",
	},
	{
		"$s3App1fyyxSeRzSERzlFSi_Tg5",
		"generic specialization <Swift.Int> of App.f<A where A: Swift.Decodable, A: Swift.Encodable>(A) -> ()",
		"specialized f<A>(_:)",
	},
	{
		"$s3App1fyyxm_q_mtr0_lF",
		"App.f<A, B>(A.Type, B.Type) -> ()",
		"f<A, B>(_:_:)",
	},
	{
		"$s3App1CC1fyyFTc",
		"curry thunk of App.C.f() -> ()",
		"curry thunk of C.f()",
	},
	{
		"$s4main008nave_GpayyF",
		"main.naïve() -> ()",
		"naïve()",
	},
	{
		"$s3App1fyyyyXLF",
		"App.f(@escaping @convention(block) () -> ()) -> ()",
		"f(_:)",
	},
	{
		"$s3App1fyyyyXzC7v_IFvvEF",
		`App.f(@convention(c, mangledCType: "v_IFvvE") () -> ()) -> ()`,
		"f(_:)",
	},
	{
		"$s1T3App1PPTl",
		"associated type descriptor for App.P.T",
		"associated type descriptor for P.T",
	},
	{
		"$s3App1fyySSF4_abcTf4psb_n",
		"function signature specialization <Arg[0] = [Constant Propagated String : u8'abc']> of App.f(Swift.String) -> ()",
		"specialized f(_:)",
	},
	{
		"$s3App1fyySiFTf4pi42_n",
		"function signature specialization <Arg[0] = [Constant Propagated Integer : 42]> of App.f(Swift.Int) -> ()",
		"specialized f(_:)",
	},
	{
		"$s3App1PPAAE3allSayxGvgZ",
		"static (extension in App):App.P.all.getter : [A]",
		"static P.all.getter",
	},
	{
		"$s3App1fyyF4nameL_SSvg",
		"getter of name #1 : Swift.String in App.f() -> ()",
		"getter of name #1 in f()",
	},
	{
		"$s3App5OuterV5InnerVySi_SSGD",
		"App.Outer<Swift.Int>.Inner<Swift.String>",
		"Outer<Int>.Inner<String>",
	},
	{
		"$syycSgD",
		"(() -> ())?",
		"(())?",
	},
	{
		"$s3App1P_pmD",
		"App.P.Protocol",
		"P.Protocol",
	},
	{
		"$s3App1P_AA1QpSgD",
		"(App.P & App.Q)?",
		"(P & Q)?",
	},
}

var old = []name{
	{
		"_TFC3App5Store4loadfT_T_",
		"App.Store.load() -> ()",
		"Store.load()",
	},
	{
		"__TFC3App5Store4loadfT_T_",
		"App.Store.load() -> ()",
		"Store.load()",
	},
	{
		"_TToFC3App5Store4loadfT_T_",
		"@objc App.Store.load() -> ()",
		"@objc Store.load()",
	},
	{
		"_TFC3App5Storeg5itemsGSaSS_",
		"App.Store.items.getter : [Swift.String]",
		"Store.items.getter",
	},
	{
		"_TFC3App5Stores9subscriptFSSSi",
		"App.Store.subscript.setter : (Swift.String) -> Swift.Int",
		"Store.subscript.setter",
	},
	{
		"_TFC3App5StoreD",
		"App.Store.__deallocating_deinit",
		"Store.__deallocating_deinit",
	},
	{
		"_TFC3App5StoreCfT4nameSS_S0_",
		"App.Store.__allocating_init(name: Swift.String) -> App.Store",
		"Store.__allocating_init(name:)",
	},
	{
		"_TZFC3App5Store4makefT_S0_",
		"static App.Store.make() -> App.Store",
		"static Store.make()",
	},
	{
		"_TFF3App4mainFT_T_U0_FT_Sb",
		"closure #2 () -> Swift.Bool in App.main() -> ()",
		"closure #2 in main()",
	},
	{
		"_TMaC3App5Store",
		"type metadata accessor for App.Store",
		"type metadata accessor for Store",
	},
	{
		"_TF3App3mapu__rFTGSax_Fxq__GSaq__",
		"App.map<A><A1>([A], (A) -> B) -> [B]",
		"map<A><A1>(_:_:)",
	},
	{
		"_TtGVV3App5Outer5InnerSi_SS_",
		"App.Outer<Swift.Int>.Inner<Swift.String>",
		"Outer<Int>.Inner<String>",
	},
	{
		"_TtGSqFT_T__",
		"(() -> ())?",
		"(())?",
	},
	{
		"_TtXPMtP3App1P_",
		"@thin App.P.Type",
		"@thin P.Type",
	},
	{
		"_TtXBmSiiSS__",
		"{ var Swift.Int, let Swift.String } with unmangled suffix \"_\"",
		"{ var Int, let String }",
	},
	{
		"_TTSg5Si___TF3App1fFT_T_",
		"generic specialization <Swift.Int> of App.f() -> ()",
		"specialized f()",
	},
}

var own = []name{
	// The Swift tools mistake the depth of a pack for its index.
	{
		"$s3App4loadyyx_q_tRv_r0_lF",
		"App.load<A, each B>(A, B) -> ()",
		"load<A, each B>(_:_:)",
	},
	// The Swift tools leave out the type of the value.
	{
		"$s3App4headyyAA6VectorVyxq_GSiRVzr0_lF",
		"App.head<let A: Swift.Int, B>(App.Vector<A, B>) -> ()",
		"head<let A: Int, B>(_:)",
	},
	// The Swift tools write the name of the closure as it is.
	{
		"$s3App1fyyyyXEF17$s3App1gyyFyycfU_Tf4c_n",
		"function signature specialization <Arg[0] = [Closure Propagated : closure #1 () -> () in App.g() -> (), Argument Types : []> of App.f(() -> ()) -> ()",
		"specialized f(_:)",
	},
	// The Swift tools end in " in ", for the module that is not shown.
	{
		"$s3AppyycfU_",
		"closure #1 () -> () in App",
		"closure #1",
	},
	// The Swift tools write "<null node pointer>" for the type.
	{
		"$sSH_pXgMq",
		"uniquable existential shape for any Swift.Hashable",
		"uniquable existential shape for any Hashable",
	},
	// The Swift tools of 6.3 do not know the rest yet.
	{
		"$s3App1PPxs5ErrorTn",
		"associated conformance descriptor for App.P.A: Swift.Error",
		"associated conformance descriptor for P.A: Error",
	},
	{
		"$s3App1fyyx4ItemAA1QPRj_zlF",
		"App.f<A where A.App.Q.Item: ~Swift.Copyable>(A) -> ()",
		"f<A>(_:)",
	},
	{
		"async_MainTQ0_",
		"(1) await resume partial function for async_Main",
		"async_Main",
	},
}
