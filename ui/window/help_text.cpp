// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/help_text.h"

#include "ui/window/help_pages.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QAction>
#include <QDesktopServices>
#include <QEvent>
#include <QImage>
#include <QPainter>
#include <QResizeEvent>
#include <QScrollBar>
#include <QSvgRenderer>
#include <QTextBlock>
#include <QTextDocumentFragment>
#include <QTextTable>

#include <algorithm>
#include <utility>
#include <vector>

namespace concertina {

namespace {

constexpr int pageMargin = 16;
const QString keysPage = QStringLiteral("keys");

QLatin1String latin(std::string_view text) {
    return {text.data(), static_cast<qsizetype>(text.size())};
}

QString fileNamed(std::span<const EmbeddedText> files, const QString& name) {
    const auto file = std::find_if(files.begin(), files.end(),
                                   [&](const EmbeddedText& one) { return name == latin(one.name); });
    return file == files.end() ? QString()
                               : QString::fromUtf8(file->text.data(),
                                                   static_cast<qsizetype>(file->text.size()));
}

/// A text as it stands in a cell of a Markdown table.
QString cell(QString text) {
    for (const QChar mark : {QLatin1Char('\\'), QLatin1Char('|'), QLatin1Char('*'),
                             QLatin1Char('_'), QLatin1Char('`'), QLatin1Char('<')})
        text.replace(mark, QStringLiteral("\\") + mark);
    return text;
}

QString keysOf(const QAction& action) {
    QStringList keys;
    for (const QKeySequence& shortcut : action.shortcuts())
        keys << shortcut.toString(QKeySequence::NativeText);
    return keys.join(QStringLiteral(", "));
}

/// A figure of the theme in the screen's own pixels, at its own size where there is room.
QImage figure(const QString& name, bool dark, int room, qreal scale) {
    const QString base = name.section(QLatin1Char('.'), 0, 0).remove(QStringLiteral("-light"));
    QSvgRenderer renderer(
        fileNamed(helpFigures(), base + (dark ? QStringLiteral("-dark") : QStringLiteral("-light")))
            .toUtf8());
    if (!renderer.isValid())
        return {};
    const QSize own = renderer.defaultSize();
    const QSize shown = own.width() <= room ? own : own.scaled(room, own.height(), Qt::KeepAspectRatio);
    QImage image(shown * scale, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    renderer.render(&painter);
    painter.end();
    image.setDevicePixelRatio(scale);
    return image;
}

/// Gives the pieces of a block that `chosen` takes the format that `dressed` makes of theirs. What is
/// to be done is gathered first, since setting formats makes pieces one.
template <class Chosen, class Dressed>
void dressPieces(const QTextBlock& block, Chosen chosen, Dressed dressed) {
    std::vector<std::pair<QTextCursor, QTextCharFormat>> changes;
    for (auto part = block.begin(); !part.atEnd(); ++part) {
        const QTextFragment piece = part.fragment();
        QTextCharFormat format = piece.charFormat();
        if (!chosen(format))
            continue;
        dressed(format);
        QTextCursor cursor(block);
        cursor.setPosition(piece.position());
        cursor.setPosition(piece.position() + piece.length(), QTextCursor::KeepAnchor);
        changes.emplace_back(cursor, format);
    }
    for (auto& [cursor, format] : changes)
        cursor.setCharFormat(format);
}

void dressHeading(const QTextBlock& block, int level, QTextBlockFormat& format) {
    dressPieces(
        block, [](const QTextCharFormat&) { return true; },
        [level](QTextCharFormat& letters) {
            letters.clearProperty(QTextFormat::FontSizeAdjustment); // it comes before sizes
            letters.setFont(level == 1 ? titleFont() : textFont());
            letters.setFontWeight(QFont::DemiBold);
        });
    format.setTopMargin(level == 1 ? 0 : 2 * GridUnit);
    format.setBottomMargin(GridUnit);
}

void dressCode(const QTextBlock& block, const QPalette& palette, bool fenced) {
    dressPieces(
        block, [](const QTextCharFormat& letters) { return letters.fontFixedPitch(); },
        [&](QTextCharFormat& letters) {
            letters.setProperty(QTextFormat::FontPixelSize, 12);
            if (!fenced)
                letters.setBackground(color(ColorRole::Field, palette));
        });
}

void dressBlock(const QTextBlock& block, const QPalette& palette) {
    QTextBlockFormat format = block.blockFormat();
    const bool fenced = format.hasProperty(QTextFormat::BlockCodeFence)
                        || format.hasProperty(QTextFormat::BlockCodeLanguage);
    const bool inTable = QTextCursor(block).currentTable() != nullptr;
    if (const int level = format.headingLevel(); level > 0) {
        dressHeading(block, level, format);
    } else if (fenced) {
        format.setBackground(color(ColorRole::Field, palette));
        format.setNonBreakableLines(false); // a line that is too long is not cut
        format.setTopMargin(0);
        format.setBottomMargin(block.next().blockFormat().hasProperty(QTextFormat::BlockCodeFence)
                                   ? 0
                                   : GridUnit);
    } else {
        format.setTopMargin(0);
        format.setBottomMargin(inTable ? 0 : block.textList() != nullptr ? 4 : GridUnit);
    }
    if (!fenced)
        format.setLineHeight(125, QTextBlockFormat::ProportionalHeight);
    QTextCursor(block).setBlockFormat(format);
    dressCode(block, palette, fenced);
}

void dressTable(QTextTable& table, const QPalette& palette) {
    QTextTableFormat format = table.format();
    format.setBorder(1);
    format.setBorderBrush(color(ColorRole::Border, palette));
    format.setBorderStyle(QTextFrameFormat::BorderStyle_Solid);
    format.setBorderCollapse(true);
    format.setCellSpacing(0);
    format.setCellPadding(5);
    format.setTopMargin(4);
    format.setBottomMargin(4);
    table.setFormat(format);
    for (int column = 0; column < table.columns(); ++column) {
        QTextTableCell head = table.cellAt(0, column);
        QTextCharFormat letters = head.format();
        letters.setBackground(color(ColorRole::Field, palette));
        head.setFormat(letters);
    }
}

} // namespace

HelpText::HelpText(QWidget* parent) : QTextBrowser(parent) {
    setFrameShape(QFrame::NoFrame);
    setOpenLinks(false);
    viewport()->setAutoFillBackground(false);
    document()->setDocumentMargin(pageMargin);
    document()->setDefaultFont(textFont());
    setAccessibleName(tr("A page of help"));
    connect(this, &QTextBrowser::anchorClicked, this, [this](const QUrl& link) {
        if (link.isRelative())
            setSource(link, QTextDocument::MarkdownResource);
        else
            QDesktopServices::openUrl(link);
    });
    connect(this, &QTextBrowser::sourceChanged, this, &HelpText::dress);
}

void HelpText::setCommands(const QList<Command>& commands) {
    QString place;
    m_keys.clear();
    for (const Command& command : commands) {
        if (command.action == nullptr || command.action->shortcut().isEmpty())
            continue;
        if (command.place != place) {
            place = command.place;
            m_keys += QStringLiteral("\n## %1\n\n| %2 | %3 |\n|---|---|\n")
                          .arg(place, tr("Action"), tr("Keys"));
        }
        m_keys += QStringLiteral("| %1 | %2 |\n")
                      .arg(cell(command.action->text().remove(QLatin1Char('&'))),
                           cell(keysOf(*command.action)));
    }
    m_texts.erase(keysPage);
    if (pageName() == keysPage)
        makeAgain();
}

void HelpText::showPage(const QString& name) {
    if (name != pageName())
        setSource(QUrl(name + QStringLiteral(".md")), QTextDocument::MarkdownResource);
}

QString HelpText::markdownOf(const QString& name) const {
    const QString text = fileNamed(helpPages(), name);
    return name == keysPage ? text + m_keys : text;
}

QString HelpText::titleOf(const QString& name) const {
    return markdownOf(name).section(QLatin1Char('\n'), 0, 0).mid(2);
}

QString HelpText::textOf(const QString& name) const {
    QString& text = m_texts[name];
    if (text.isEmpty())
        text = QTextDocumentFragment::fromMarkdown(markdownOf(name)).toPlainText();
    return text;
}

QVariant HelpText::loadResource(int type, const QUrl& name) {
    const QString file = name.fileName();
    if (type == QTextDocument::MarkdownResource)
        return markdownOf(nameOf(name));
    if (type == QTextDocument::ImageResource)
        return figure(file, isDark(palette()), m_room, devicePixelRatioF());
    return {}; // nothing is read from the disk or the net
}

void HelpText::doSetSource(const QUrl& url, QTextDocument::ResourceType type) {
    // A link that leads nowhere shows no empty page.
    if (url.isEmpty() || markdownOf(nameOf(url)).isEmpty())
        return;
    QTextBrowser::doSetSource(url, type);
}

void HelpText::dress() {
    QTextDocument& page = *document();
    page.setUndoRedoEnabled(false);
    QTextCursor whole(&page);
    whole.beginEditBlock();
    for (QTextBlock block = page.begin(); block.isValid(); block = block.next())
        dressBlock(block, palette());
    for (QTextFrame* frame : page.rootFrame()->childFrames())
        if (auto* table = qobject_cast<QTextTable*>(frame))
            dressTable(*table, palette());
    whole.endEditBlock();
    showPlaces();
}

void HelpText::light(const QString& text) {
    m_lit = text;
    showPlaces();
    moveCursor(QTextCursor::Start);
    toNextPlace();
}

void HelpText::showPlaces() {
    QList<QTextEdit::ExtraSelection> places;
    QTextCharFormat lit;
    lit.setBackground(color(ColorRole::Warning, palette()));
    lit.setForeground(color(ColorRole::OnAccent, palette()));
    for (const QString& word : m_lit.split(QLatin1Char(' '), Qt::SkipEmptyParts))
        for (QTextCursor at = document()->find(word); !at.isNull(); at = document()->find(word, at))
            places.append({at, lit});
    setExtraSelections(places);
}

void HelpText::toNextPlace() {
    const QList<QTextEdit::ExtraSelection> places = extraSelections();
    QTextCursor next;
    for (const QTextEdit::ExtraSelection& place : places)
        if (place.cursor.selectionStart() >= textCursor().position()
            && (next.isNull() || place.cursor.selectionStart() < next.selectionStart()))
            next = place.cursor;
    if (next.isNull() && !places.isEmpty()) // from the top again
        next = std::min_element(places.begin(), places.end(), [](const auto& a, const auto& b) {
                   return a.cursor.selectionStart() < b.cursor.selectionStart();
               })->cursor;
    if (next.isNull())
        return;
    next.setPosition(next.selectionEnd());
    setTextCursor(next);
    ensureCursorVisible();
}

void HelpText::changeEvent(QEvent* event) {
    QTextBrowser::changeEvent(event);
    // Colours stand in the text and in its figures.
    if (event->type() == QEvent::PaletteChange)
        makeAgain();
}

void HelpText::resizeEvent(QResizeEvent* event) {
    QTextBrowser::resizeEvent(event);
    // With the bar's width, whether it is there or not: figures must not make it come and go.
    const int room = std::max(200, width() - 2 * pageMargin - verticalScrollBar()->sizeHint().width());
    if (std::exchange(m_room, room) != room
        && document()->toRawText().contains(QChar::ObjectReplacementCharacter))
        makeAgain(); // with figures of another size
}

void HelpText::makeAgain() {
    if (source().isEmpty())
        return;
    const int place = verticalScrollBar()->value();
    reload();
    verticalScrollBar()->setValue(place);
}

} // namespace concertina
