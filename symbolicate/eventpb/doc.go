// Package eventpb is the event of Sentry's relay in protobuf, version 1 of
// sentry_protos.relay, and its conversion from and to JSON.
//
// [FromJSON] and [ToJSON] convert a whole event. JSON can hold all that protobuf
// can. The other way it is not so: what the schema has no place for is left out
// and reported as a [Loss]. Order and white space are not kept, and null is the
// same as absent but in fields that hold any value.
//
// [Symbolicate] runs an event through the one engine there is: that of package
// symbolicate, which reads JSON. The same event gives the same frames in either
// form.
//
// Events come from strangers. Nesting is bounded by the parsers of protobuf and
// of package jsonspan at 10,000 levels; time and memory are in proportion to the
// event.
//
// event.pb.go is generated along with the code of package rpc.
package eventpb
