# SPDX-License-Identifier: GPL-3.0-or-later
# How a module, a program and a test of this project are declared.

# ccache, where there is one; sloppiness lets it see through precompiled headers.
find_program(CONCERTINA_CCACHE ccache)
if(CONCERTINA_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        ${CONCERTINA_CCACHE})
endif()

add_library(concertina_common_options INTERFACE)
# Designated initializers name what differs from the defaults; the rest is meant to be left out.
target_compile_options(concertina_common_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wno-missing-field-initializers
    $<$<BOOL:${CONCERTINA_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Lets ccache see through precompiled headers. The two warnings are false alarms of GCC 12 in
    # std::string's own operator+ (GCC bug 105651).
    target_compile_options(concertina_common_options INTERFACE
        -fpch-preprocess -Wno-restrict -Wno-stringop-overflow)
endif()
if(CONCERTINA_SANITIZE)
    # GCC sees values that may be unset where the sanitizers' own branches are in the way.
    target_compile_options(concertina_common_options INTERFACE
        -fsanitize=${CONCERTINA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined
        -Wno-maybe-uninitialized)
    target_link_options(concertina_common_options INTERFACE -fsanitize=${CONCERTINA_SANITIZE})
endif()

# clang's fuzzer-no-link, as GCC calls it: LibTorch's headers of Debian 12 are none for clang 14.
if(CONCERTINA_FUZZ AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(concertina_common_options INTERFACE
        -fsanitize-coverage=trace-pc,trace-cmp)
endif()

# What modules and programs are compiled with.
add_library(concertina_options INTERFACE)
target_link_libraries(concertina_options INTERFACE concertina_common_options)
target_compile_options(concertina_options INTERFACE -Wconversion)

# concertina_module(NAME SOURCES … LINKS …): one static library, included from the project's root.
# Where CMAKE_UNITY_BUILD is on, the files of one folder are compiled together, which takes a
# fraction of the time: most of it goes into the headers of Qt and LibTorch.
function(concertina_module name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
    add_library(concertina_${name} STATIC ${ARG_SOURCES})
    target_include_directories(concertina_${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(concertina_${name} PUBLIC ${ARG_LINKS}
                          PRIVATE ${ARG_PRIVATE_LINKS} concertina_options)
    set_target_properties(concertina_${name} PROPERTIES UNITY_BUILD_MODE GROUP)
    foreach(source IN LISTS ARG_SOURCES)
        get_filename_component(folder ${source} DIRECTORY)
        set_source_files_properties(${source} PROPERTIES UNITY_GROUP "${name}_${folder}")
    endforeach()
endfunction()

# What tests are compiled with: they call fast code, and are not it. Without -Wconversion, which
# Qt 6.8's own QTRY_ macros do not pass.
add_library(concertina_test_options INTERFACE)
target_link_libraries(concertina_test_options INTERFACE concertina_common_options)
target_compile_options(concertina_test_options INTERFACE $<$<CONFIG:Release>:-O1>)
# LibTorch's headers use `slots` as a name.
target_compile_definitions(concertina_test_options INTERFACE QT_NO_KEYWORDS)

# For a module with Qt: meta objects are made, Qt's keywords are not used.
function(concertina_qt_module name)
    set_target_properties(concertina_${name} PROPERTIES AUTOMOC ON)
    target_compile_definitions(concertina_${name} PRIVATE QT_NO_KEYWORDS QT_NO_CAST_FROM_BYTEARRAY)
endfunction()

# concertina_test(NAME LINKS … LABELS …): a Qt Test program tst_NAME in tests/<folder>.
function(concertina_test name)
    cmake_parse_arguments(ARG "" "TIMEOUT" "LINKS;LABELS" ${ARGN})
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 120)
    endif()
    # It is for what hangs: a machine that does other things may take three times as long.
    math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * 3")
    if(CONCERTINA_SANITIZE) # several times slower
        math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * 5")
    endif()
    # Not AUTOMOC: it would read LibTorch's headers, and compile an empty file beside each test.
    set(moc ${CMAKE_CURRENT_BINARY_DIR}/tst_${name}.moc)
    qt_generate_moc(tst_${name}.cpp ${moc})
    add_executable(tst_${name} tst_${name}.cpp ${moc})
    target_include_directories(tst_${name} PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
    target_compile_definitions(tst_${name} PRIVATE
        CONCERTINA_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
        CONCERTINA_BINARY_DIR="${PROJECT_BINARY_DIR}")
    target_link_libraries(tst_${name} PRIVATE ${ARG_LINKS} Qt6::Test concertina_test_options)
    add_test(NAME ${name} COMMAND tst_${name})
    set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT}
                         SKIP_RETURN_CODE 77
                         ENVIRONMENT "QT_QPA_PLATFORM=offscreen;QTEST_FUNCTION_TIMEOUT=900000")
endfunction()
