# Writes OUT, the tables api_services and api_messages, from what the generated headers named in the file HEADERS declare.

file(STRINGS ${HEADERS} headers)
set(includes "")
set(services "")
set(messages "")
foreach(header ${headers})
  file(RELATIVE_PATH path ${ROOT} ${header})
  string(APPEND includes "#include \"${path}\"\n")
  file(STRINGS ${header} lines REGEX "^extern const Protobuf(C?)(Service|Message)Descriptor ")
  foreach(line ${lines})
    string(REGEX MATCH "(Service|Message)Descriptor ([a-z0-9_]+)" matched "${line}")
    if(CMAKE_MATCH_1 STREQUAL "Service")
      string(APPEND services "  &${CMAKE_MATCH_2},\n")
    else()
      string(APPEND messages "  &${CMAKE_MATCH_2},\n")
    endif()
  endforeach()
endforeach()

file(WRITE ${OUT} "// Generated: every service and every message.
#include \"schema/embedded.h\"
${includes}
const ProtobufCServiceDescriptor *const api_services[] = {
${services}  NULL,
};
const size_t api_services_count = sizeof api_services / sizeof *api_services - 1;

const ProtobufCMessageDescriptor *const api_messages[] = {
${messages}  NULL,
};
const size_t api_messages_count = sizeof api_messages / sizeof *api_messages - 1;
")
