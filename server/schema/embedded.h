// What the build puts into the binary: statements, descriptors, pages. All of it is constant and lives as long as the program.

#pragma once
#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

// A file. `text` has a NUL behind that `length` does not count.
struct embedded {
  const char *path;
  const char *text;
  size_t length;
};

// All of sql/, sorted by path: "sql/migrations/0001_….sql", "sql/rpc/VisitService/GetVisit.sql".
extern const struct embedded embedded_sql[];
extern const size_t embedded_sql_count;

// All of server/transport/static, sorted; paths are relative to it.
extern const struct embedded embedded_files[];
extern const size_t embedded_files_count;

// A google.protobuf.FileDescriptorSet of everything served, with imports (each before who needs it) and comments.
extern const unsigned char embedded_descriptors[];
extern const size_t embedded_descriptors_length;

// Every service of proto/, health and reflection. A NULL ends the list.
extern const ProtobufCServiceDescriptor *const api_services[];
extern const size_t api_services_count;

// Every message of the same files and of the well-known ones, nested ones too. A NULL ends the list.
extern const ProtobufCMessageDescriptor *const api_messages[];
extern const size_t api_messages_count;
