// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/arguments.h"

#include "core/model/spec_paths.h"
#include "db/store.h"

#include <QCommandLineParser>
#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <string_view>

namespace concertina {

bool asksForText(int argc, char** argv) {
    constexpr std::array<std::string_view, 5> texts{"-h", "--help", "--help-all", "-v",
                                                    "--version"};
    for (int i = 1; i < argc && std::string_view(argv[i]) != "--"; ++i)
        if (std::ranges::find(texts, std::string_view(argv[i])) != texts.end())
            return true;
    return false;
}

Arguments readArguments() {
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral(
        "A workbench for overparameterised multitask learning."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(QStringLiteral("open"),
                                 QStringLiteral("A spec, a dataset folder, a picture, a run, or a "
                                                "preset; pictures are predicted by a run that is "
                                                "named with them."),
                                 QStringLiteral("[SPEC|FOLDER|PICTURE|RUN|PRESET…]"));
    const QCommandLineOption store(QStringLiteral("store"), QStringLiteral("Where runs live."),
                                   QStringLiteral("DIR"));
    const QCommandLineOption data(QStringLiteral("data"),
                                  QStringLiteral("The folder of the dataset, with dataset.json; "
                                                 "NAME=DIR of another set than the first."),
                                  QStringLiteral("DIR"));
    const QCommandLineOption demo(QStringLiteral("demo"),
                                  QStringLiteral("Train the embedded demo at once."));
    parser.addOptions({store, data, demo});
    parser.process(*QCoreApplication::instance());
    std::error_code error;
    const auto here = std::filesystem::current_path(error);
    Arguments arguments{.store = defaultStoreFolder()};
    if (parser.isSet(store))
        arguments.store = absoluteFolder(parser.value(store).toStdString(), here);
    if (parser.isSet(data))
        for (const QString& place : parser.values(data)) // "NAME=PATH" is made absolute by its use
            arguments.data.push_back(place.contains(QLatin1Char('='))
                                         ? place.toStdString()
                                         : absoluteFolder(place.toStdString(), here));
    arguments.demo = parser.isSet(demo);
    arguments.open = parser.positionalArguments();
    return arguments;
}

} // namespace concertina
