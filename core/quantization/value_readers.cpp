// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantization/value_readers.h"

#include <algorithm>

namespace concertina {

std::vector<std::vector<int>> valueReaders(const Program& program) {
    std::vector<std::vector<int>> readers(program.instructions.size());
    for (std::size_t i = 0; i < program.instructions.size(); ++i) {
        const Instruction& now = program.instructions[i];
        const bool takesOne = now.op == Op::MaxUnpool || now.op == Op::Upsample;
        for (std::size_t which = 0; which < (takesOne ? 1 : now.inputs.size()); ++which)
            readers[static_cast<std::size_t>(now.inputs[which])].push_back(static_cast<int>(i));
    }
    for (const int output : program.outputs)
        readers[static_cast<std::size_t>(output)].push_back(-1);
    return readers;
}

bool leadsToOutput(const Program& program, const std::vector<std::vector<int>>& readers, int at) {
    return std::ranges::any_of(readers[static_cast<std::size_t>(at)], [&](int reader) {
        return reader < 0
               || (program.instructions[static_cast<std::size_t>(reader)].op != Op::Conv
                   && leadsToOutput(program, readers, reader));
    });
}

} // namespace concertina
