package swift

// A kind says what a node is. Comments give what a node of the kind holds: "text"
// and "num" are its own, the rest are its children in order, and "?" marks what may
// be absent. A phrase has its text printed with its children in it: [printer.phrase].
type kind uint8

const (
	kindNone kind = iota

	// Names.
	kindIdentifier  // text
	kindOperator    // text with fixity: "+ infix"
	kindLocalName   // num tells it from others of the name; name
	kindPrivateName // text tells its file; name?
	kindRelatedName // text says which of the declarations the importer made; name

	// Declarations.
	kindModule           // text
	kindExtension        // module, extended type, signature?
	kindAnonymousContext // name, parent, type list
	kindClass            // context, name
	kindStructure        // context, name
	kindEnum             // context, name
	kindProtocol         // context, name
	kindOtherNominal     // context, name
	kindTypeAlias        // context, name
	kindGenericParam     // context, name: the declaration, not the type
	kindFunction         // context, name, labels?, type
	kindVariable         // context, name, labels?, type
	kindMacro            // context, name, labels?, type
	kindSubscript        // context, labels?, type, private name?
	kindAccessor         // text is the accessor's name; variable or subscript
	kindStatic           // declaration
	kindInit             // text is its name; context, labels?, type, private name?
	kindDeinit           // text is its name; context
	kindInitializer      // text, num or -1; context: an expression that initialises it
	kindClosure          // text, num; context, type
	kindExpansion        // text, num; context, name, private name?: what a macro expanded to
	kindExpansionAt      // phrase: where a macro was expanded
	kindOpaqueOf         // phrase: the type that a declaration hides
	kindDerivative       // phrase: a function that differentiates another

	// Types. What is simple may stand before "?" and ".Type" without parentheses.
	kindTypePhrase        // phrase, simple
	kindModified          // phrase, not simple
	kindBuiltinTuple      // text
	kindBound             // nominal type, type list, conformances?
	kindBoundFunction     // function, type list
	kindTuple             // elements
	kindTupleElement      // text is the label, num is 1 if it is variadic; type
	kindPack              // text; types
	kindFunctionType      // num is functionTraits; functionParams and so on
	kindUncurried         // the same
	kindThinFunction      // the same
	kindCFunction         // the same
	kindBlock             // the same
	kindEscapingBlock     // the same
	kindAutoclosure       // the same
	kindCalledOnce        // the same
	kindImplFunction      // num is functionTraits; implPattern and so on
	kindMetatype          // text is a representation with a space after it, or ""; type
	kindExistentialMeta   // the same
	kindProtocolList      // protocols
	kindClassProtocols    // superclass, protocol list
	kindAnyObjectProtocol // protocol list
	kindGenericParamType  // num is depth<<32 | index
	kindGenericType       // signature, type
	kindSugarOptional     // type
	kindBox               // field list, signature?, type list?

	// Generics.
	kindSignature   // numbers of parameters, markers, requirements
	kindRequirement // phrase
	kindPackMarker  // parameter
	kindValueMarker // parameter, type
	kindAssociated  // phrase: the name of an associated type, and its protocol

	// Conformances.
	kindConformance          // phrase
	kindDependentConformance // phrase
	kindConformanceRef       // phrase
	kindRetroactive          // phrase

	// Parts of function types and of lists, which wait on the stack for what they are a part of.
	kindAsync          // phrase
	kindThrows         // phrase; the type that is thrown?
	kindSendable       // phrase
	kindDifferentiable // phrase; num is the letter of its kind
	kindIsolation      // phrase; num is a functionTraits; global actor?
	kindSending        // phrase
	kindYields         // types
	kindEmpty          // an empty list
	kindFirst          // the end of a list's first element
	kindVariadic       // the end of an element that may repeat
	kindLabels         // identifiers, or kindFirst for "_"
	kindImplParam      // text is the convention; modifiers, type
	kindImplResult     // the same
	kindImplYield      // the same
	kindImplError      // the same

	// Whole names.
	kindGlobal         // parts of the name
	kindTypeMangling   // labels?, type
	kindAttribute      // phrase: says something of the function that follows
	kindPartialApply   // the same, without " for"
	kindSpecialization // text; what the optimiser knew
	kindSuffix         // text that is not mangled

	// The rest.
	kindPhrase      // phrase
	kindNumber      // num
	kindList        // text stands between the children
	kindIndexSubset // text, an S for each index in the set, a U for each other
	kindSymbol      // text that may be a mangled name
	kindCount
)

// A trait is something that kinds have in common.
type trait uint16

const (
	isType trait = 1 << iota
	isSimple
	isContext
	isName
	isNominal
	isRequirement
	isAttribute
	isConformance
	isDependent
	isExpansion
	isPhrase
	ownsNoArgs // generic arguments of a nested type pass over this context
)

// isEntity are the kinds that a thunk or a descriptor may be for.
const isEntity = isType | isContext

var traits = [kindCount]trait{
	kindIdentifier:  isName,
	kindOperator:    isName,
	kindLocalName:   isName,
	kindPrivateName: isName,
	kindRelatedName: isName,

	kindModule:           isContext,
	kindExtension:        isContext,
	kindAnonymousContext: isContext,
	kindClass:            isContext | isType | isSimple | isNominal,
	kindStructure:        isContext | isType | isSimple | isNominal,
	kindEnum:             isContext | isType | isSimple | isNominal,
	kindProtocol:         isContext | isType | isSimple | isNominal,
	kindOtherNominal:     isContext | isType | isSimple | isNominal,
	kindTypeAlias:        isContext | isType | isSimple | isNominal,
	kindFunction:         isContext,
	kindVariable:         isContext | ownsNoArgs,
	kindSubscript:        isContext | ownsNoArgs,
	kindAccessor:         isContext,
	kindStatic:           isContext | ownsNoArgs,
	kindInit:             isContext,
	kindDeinit:           isContext,
	kindInitializer:      isContext | ownsNoArgs,
	kindClosure:          isContext | ownsNoArgs,
	kindExpansion:        isExpansion,
	kindExpansionAt:      isExpansion | isPhrase,
	kindOpaqueOf:         isContext | isPhrase,
	kindDerivative:       isContext | isPhrase,

	kindTypePhrase:        isType | isSimple | isPhrase,
	kindModified:          isType | isPhrase,
	kindBuiltinTuple:      isType | isSimple | isContext,
	kindBound:             isType | isSimple,
	kindTuple:             isType | isSimple,
	kindPack:              isType | isSimple,
	kindFunctionType:      isType,
	kindUncurried:         isType,
	kindThinFunction:      isType,
	kindCFunction:         isType,
	kindBlock:             isType,
	kindEscapingBlock:     isType,
	kindAutoclosure:       isType,
	kindCalledOnce:        isType,
	kindImplFunction:      isType,
	kindMetatype:          isType | isSimple,
	kindExistentialMeta:   isType | isSimple,
	kindProtocolList:      isType,
	kindClassProtocols:    isType,
	kindAnyObjectProtocol: isType,
	kindGenericParamType:  isType | isSimple,
	kindGenericType:       isType | isSimple,
	kindSugarOptional:     isType | isSimple,
	kindBox:               isType | isSimple,

	kindRequirement: isRequirement | isPhrase,
	kindPackMarker:  isRequirement,
	kindValueMarker: isRequirement,

	kindAssociated: isPhrase,

	kindConformance:          isConformance | isPhrase,
	kindDependentConformance: isConformance | isDependent | isPhrase,
	kindConformanceRef:       isPhrase,
	kindRetroactive:          isPhrase,

	kindAsync:          isPhrase,
	kindThrows:         isPhrase,
	kindSendable:       isPhrase,
	kindDifferentiable: isPhrase,
	kindIsolation:      isPhrase,
	kindSending:        isPhrase,

	kindAttribute:      isAttribute | isPhrase,
	kindPartialApply:   isAttribute | isPhrase,
	kindSpecialization: isAttribute,

	kindPhrase: isPhrase,
}

func (k kind) is(t trait) bool { return traits[k]&t != 0 }
