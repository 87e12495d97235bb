# SPDX-License-Identifier: GPL-3.0-or-later
# concertina_embed(TARGET FUNCTION HEADER FILES…): compiles text files into TARGET.
# The generated source defines what HEADER declares:
#   std::span<const concertina::EmbeddedText> concertina::FUNCTION();   // in the order of FILES
function(concertina_embed target function header)
    set(entries "")
    foreach(file IN LISTS ARGN)
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
        file(READ ${file} text)
        get_filename_component(name ${file} NAME_WE)
        string(APPEND entries "    {\"${name}\", R\"concertina(${text})concertina\"},\n")
    endforeach()
    set(source ${CMAKE_CURRENT_BINARY_DIR}/${function}.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT
"#include \"@header@\"
namespace concertina {
std::span<const EmbeddedText> @function@() {
    static constexpr EmbeddedText texts[] = {
@entries@    };
    return texts;
}
} // namespace concertina
" @ONLY)
    target_sources(${target} PRIVATE ${source})
endfunction()
