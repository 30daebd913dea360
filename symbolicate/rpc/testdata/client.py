"""A client that knows nothing but the server's address: it learns the service by
reflection, and writes the event of standard input as the server answers it.

    client.py TARGET [CA CERTIFICATE KEY]
"""

import sys

import grpc
from google.protobuf import descriptor_pool, message_factory
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

EVENTS = 50


def connect(target, *files):
    if not files:
        return grpc.insecure_channel(target)
    authority, certificate, key = (open(name, "rb").read() for name in files)
    credentials = grpc.ssl_channel_credentials(authority, key, certificate)
    options = [("grpc.ssl_target_name_override", "localhost"), ("grpc.default_authority", "localhost")]
    return grpc.secure_channel(target, credentials, options)


def main():
    event = sys.stdin.buffer.read()
    with connect(*sys.argv[1:]) as channel:
        health = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
        assert health.status == health_pb2.HealthCheckResponse.SERVING, health

        pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
        service = pool.FindServiceByName("nativesym.v1.Symbolicator")

        def method(name, call):
            m = service.FindMethodByName(name)
            request = message_factory.GetMessageClass(m.input_type)
            answer = message_factory.GetMessageClass(m.output_type)
            path = f"/{service.full_name}/{name}"
            return request, call(path, request_serializer=request.SerializeToString, response_deserializer=answer.FromString)

        request, symbolicate = method("SymbolicateEvent", channel.unary_unary)
        answer = symbolicate(request(json=event), timeout=30)

        request, stream = method("SymbolicateEvents", channel.stream_stream)
        requests = (request(id=str(i), request={"json": event if i % 7 else b"["}) for i in range(EVENTS))
        for i, got in enumerate(stream(requests, timeout=30)):
            assert got.id == str(i), (got.id, i)
            if i % 7:
                assert got.response.json == answer.json, got
            else:
                assert got.error.code == grpc.StatusCode.INVALID_ARGUMENT.value[0], got
        assert i == EVENTS - 1, i
        sys.stdout.buffer.write(answer.json)


main()
