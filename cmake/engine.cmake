# The pure part of src/scheme as a WebAssembly module for the pages: build/web-engine/engine.wasm, the same for
# every preset. Debian's wasi-libc gives string functions, malloc and vsnprintf; the module imports nothing (a
# symbol that would need the outside fails the link). The stack stands first, so that running over it
# traps instead of writing into data.
find_program(WASM_CLANG clang REQUIRED)

set(engine_sources kernel/arena kernel/buf kernel/date kernel/dec kernel/err kernel/json kernel/text)
file(GLOB scheme_c CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/src src/scheme/*.c)
foreach(f IN LISTS scheme_c)
    # Whatever needs no database, server, terminal, file or libfyaml.
    file(STRINGS src/${f} impure REGEX "#include (\"(http|store|access|region|people|paper)/|\"scheme/scheme_(store|http|stream)|<libfyaml)")
    if(NOT impure AND NOT f MATCHES "_(test|fuzz)\\.c$")
        string(REGEX REPLACE "\\.c$" "" f ${f})
        list(APPEND engine_sources ${f})
    endif()
endforeach()
file(GLOB engine_headers CONFIGURE_DEPENDS src/kernel/*.h src/kernel/*.def src/scheme/*.h)

set(engine_dir ${CMAKE_BINARY_DIR}/engine)
set(engine_wasm ${CMAKE_SOURCE_DIR}/build/web-engine/engine.wasm)
set(engine_objects)
foreach(s IN LISTS engine_sources)
    string(REPLACE "/" "_" o ${s})
    add_custom_command(OUTPUT ${engine_dir}/${o}.o
        COMMAND ${CMAKE_COMMAND} -E make_directory ${engine_dir}
        COMMAND ${CMAKE_C_COMPILER_LAUNCHER} ${WASM_CLANG} --target=wasm32-wasi -std=gnu17 -Os -D_GNU_SOURCE -DNDEBUG
            -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wswitch-enum -Werror
            -Wno-missing-field-initializers -fno-strict-aliasing -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=
            -I${CMAKE_SOURCE_DIR}/src -c ${CMAKE_SOURCE_DIR}/src/${s}.c -o ${engine_dir}/${o}.o
        DEPENDS ${CMAKE_SOURCE_DIR}/src/${s}.c ${engine_headers}
        COMMENT "WebAssembly ${s}" VERBATIM)
    list(APPEND engine_objects ${engine_dir}/${o}.o)
endforeach()
add_custom_command(OUTPUT ${engine_wasm}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_SOURCE_DIR}/build/web-engine
    COMMAND ${WASM_CLANG} --target=wasm32-wasi -nostartfiles -Os -Wl,--no-entry,--gc-sections,--strip-all,--fatal-warnings
        -Wl,--stack-first -Wl,-z,stack-size=262144 -Wl,--max-memory=268435456 ${engine_objects} -o ${engine_wasm}
    DEPENDS ${engine_objects} COMMENT "WebAssembly engine.wasm" VERBATIM)
add_custom_target(engine ALL DEPENDS ${engine_wasm})
