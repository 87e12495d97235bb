// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/coco/coco_index.h"
#include "core/data/coco/json_fields.h"
#include "core/data/image_files.h"
#include "core/values/json.h"
#include "core/values/text.h"

#include <algorithm>
#include <map>

namespace concertina {

namespace {

const std::string imageList = "images";
const std::string annotationList = "annotations";
const std::string categoryList = "categories";

enum Remark : std::size_t { OfNoImage, WithoutBox, RemarkCount };

bool isAbsent(std::string_view value) {
    return value.empty() || value == "null" || value == "[]";
}

/// Whether any of a box lies in the image.
bool touches(const Box& box, const CocoImage& image) {
    return box.width > 0 && box.height > 0 && box.x < image.width && box.y < image.height
           && box.x + box.width > 0 && box.y + box.height > 0;
}

} // namespace

/// Reads a file into a `CocoIndex`: first its lists as they come, then what refers to what.
class CocoIndexReader {
public:
    CocoIndexReader(std::shared_ptr<const JsonFile> file, CocoIndex::Kind kind)
        : m_kind(kind), m_index(new CocoIndex) {
        m_index->m_file = std::move(file);
    }

    tl::expected<std::shared_ptr<const CocoIndex>, Problems> read() {
        const auto lists =
            scanJsonLists(*m_index->m_file, {imageList, annotationList, categoryList},
                          [this](const JsonElement& element) -> Expected<void> {
                              readElement(element);
                              if (m_problems.size() < CocoIndex::MostProblems)
                                  return {};
                              Problem last = std::move(m_problems.back());
                              m_problems.pop_back();
                              return failure(std::move(last));
                          });
        if (!lists)
            m_problems.push_back(lists.error());
        else
            for (const std::string& list : {imageList, annotationList, categoryList})
                if (!lists->contains(list))
                    report({"coco.list", "", "no list \"" + list + "\"",
                            "lists of images, annotations and categories",
                            "annotations of COCO have all three"});
        if (m_problems.empty()) {
            takeCategories();
            takeImages();
        }
        if (m_problems.empty())
            takeAnnotations();
        if (!m_problems.empty())
            return tl::unexpected(std::move(m_problems));
        for (const CocoRemark& remark : m_remarks)
            if (remark.count > 0)
                m_index->m_remarks.push_back(remark);
        return m_index;
    }

private:
    /// `where`: "annotation 7".
    void report(Problem problem, const std::string& where = {}) {
        if (m_problems.size() >= CocoIndex::MostProblems)
            return;
        problem.path = m_index->path().string() + (where.empty() ? "" : ": " + where);
        m_problems.push_back(std::move(problem));
    }

    void readElement(const JsonElement& element) {
        if (element.list == imageList)
            readImage(element);
        else if (element.list == categoryList)
            readCategory(element);
        else if (m_kind == CocoIndex::Kind::Panoptic)
            readPanoptic(element);
        else
            readAnnotation(element);
    }

    /// "annotation 7", or by its number where it has no id.
    static std::string nameOf(const JsonElement& element, const std::string& one) {
        const auto id = integerInJson(element.value("id"));
        return id ? one + " " + std::to_string(*id)
                  : std::string(element.list) + ", number " + std::to_string(element.number + 1);
    }

    static std::string foundText(const JsonElement& element, const std::string& key) {
        const std::string_view value = element.value(key);
        return value.empty() ? "no \"" + key + "\""
                             : "\"" + key + "\": " + shortened(validUtf8(value), 60);
    }

    /// A field that must be there.
    std::optional<std::int64_t> integer(const JsonElement& element, const std::string& key,
                                        const std::string& one) {
        auto value = integerInJson(element.value(key));
        if (!value)
            report({"coco.field", "", foundText(element, key), "a whole number", ""},
                   nameOf(element, one));
        return value;
    }

    void readImage(const JsonElement& element) {
        const auto id = integer(element, "id", "image");
        const auto height = integer(element, "height", "image");
        const auto width = integer(element, "width", "image");
        auto file = textInJson(element.value("file_name"));
        if (file)
            *file = file->substr(file->find_last_of("/\\") + 1); // npos + 1 is 0
        if (!file || file->empty() || file->find('\0') != std::string::npos)
            report({"coco.field", "", foundText(element, "file_name"), "a picture's file", ""},
                   nameOf(element, "image"));
        if (!id || !height || !width || !file)
            return;
        if (*height < 1 || *width < 1 || *height > LargestMaskSide || *width > LargestMaskSide
            || *height * *width > LargestPicture)
            report({"coco.image", "",
                    std::to_string(*width) + " × " + std::to_string(*height) + " pixels",
                    "sides of at least 1, and at most "
                        + shortCount(static_cast<double>(LargestPicture)) + " pixels",
                    ""},
                   nameOf(element, "image"));
        m_index->m_images.push_back(
            {*id, std::move(*file), static_cast<int>(*height), static_cast<int>(*width)});
    }

    void readCategory(const JsonElement& element) {
        const std::string where = nameOf(element, "category");
        const auto json = readJson(element.text);
        if (!json) {
            report(json.error(), where);
            return;
        }
        const auto id = integer(element, "id", "category");
        const auto name = textInJson(element.value("name"));
        if (!name || name->empty())
            report({"coco.field", "", foundText(element, "name"), "the category's name", ""},
                   where);
        if (!id || !name)
            return;
        CocoCategory category{.id = *id, .name = *name, .color = {}, .points = {}};
        if (const auto color = json->find("color");
            color != json->end() && color->is_array() && color->size() == 3
            && std::ranges::all_of(*color, [](const Json& part) {
                   return part.is_number_integer() && part >= 0 && part <= 255;
               }))
            category.color = Rgb{(*color)[0].get<std::uint8_t>(), (*color)[1].get<std::uint8_t>(),
                                 (*color)[2].get<std::uint8_t>()};
        if (!readPoints(*json, category))
            report({"coco.points", "", "\"keypoints\" or \"skeleton\" of another form",
                    "names of points, and pairs of their numbers from 1 on", ""},
                   where);
        m_index->m_categories.push_back(std::move(category));
    }

    static bool readPoints(const Json& json, CocoCategory& category) {
        if (const auto points = json.find("keypoints"); points != json.end()) {
            if (!points->is_array())
                return false;
            for (const Json& name : *points) {
                if (!name.is_string())
                    return false;
                category.points.push_back(name.get<std::string>());
            }
        }
        if (const auto skeleton = json.find("skeleton"); skeleton != json.end()) {
            if (!skeleton->is_array())
                return false;
            const auto count = static_cast<std::int64_t>(category.points.size());
            for (const Json& bone : *skeleton) {
                if (!bone.is_array() || bone.size() != 2
                    || !std::ranges::all_of(bone, [&](const Json& end) {
                           return end.is_number_integer() && end >= 1 && end <= count;
                       }))
                    return false;
                category.skeleton.emplace_back(bone[0].get<int>() - 1, bone[1].get<int>() - 1);
            }
        }
        return true;
    }

    /// Remembers which image and category an annotation is of, until all are known.
    void keep(CocoAnnotation annotation, std::int64_t image, std::int64_t category) {
        m_index->m_annotations.push_back(annotation);
        m_imageIds.push_back(image);
        m_categoryIds.push_back(category);
    }

    void readAnnotation(const JsonElement& element) {
        const auto id = integer(element, "id", "annotation");
        const auto image = integer(element, "image_id", "annotation");
        const auto category = integer(element, "category_id", "annotation");
        const auto box = fourNumbersInJson(element.value("bbox"));
        if (!box)
            report({"coco.box", "", foundText(element, "bbox"),
                    "x, y, width and height, four finite numbers", ""},
                   nameOf(element, "annotation"));
        const std::string_view crowd = element.value("iscrowd");
        const bool isCrowd = crowd == "1" || crowd == "true";
        if (!isCrowd && !isAbsent(crowd) && crowd != "0" && crowd != "false")
            report({"coco.field", "", foundText(element, "iscrowd"), "0 or 1", ""},
                   nameOf(element, "annotation"));
        if (!id || !image || !category || !box)
            return;
        CocoAnnotation annotation{.id = *id, .isCrowd = isCrowd};
        annotation.box = {(*box)[0], (*box)[1], (*box)[2], (*box)[3]};
        annotation.area = annotation.box.area();
        if (const std::string_view text = element.value("area"); !isAbsent(text)) {
            const auto area = numberInJson(text);
            if (!area || *area < 0)
                report(
                    {"coco.field", "", foundText(element, "area"), "pixels, a finite number", ""},
                    nameOf(element, "annotation"));
            annotation.area = area.value_or(0);
        }
        if (!isAbsent(element.value("segmentation")))
            annotation.segmentation = element.piece("segmentation");
        if (!isAbsent(element.value("keypoints")))
            annotation.points = element.piece("keypoints");
        keep(annotation, *image, *category);
    }

    void readPanoptic(const JsonElement& element) {
        const auto image = integer(element, "image_id", "annotation");
        auto file = textInJson(element.value("file_name"));
        if (file)
            *file = file->substr(file->find_last_of("/\\") + 1);
        const std::string_view segments = element.value("segments_info");
        const bool isList = segments.starts_with('[');
        if (!file || file->empty() || file->find('\0') != std::string::npos || !isList)
            report({"coco.field", "", foundText(element, isList ? "file_name" : "segments_info"),
                    "\"file_name\", a PNG file, and \"segments_info\", the list of its regions",
                    ""},
                   image ? "image " + std::to_string(*image) : nameOf(element, "annotation"));
        if (!image || !file)
            return;
        CocoAnnotation annotation{.id = *image};
        annotation.segmentation = element.piece("segments_info");
        keep(annotation, *image, 0);
        m_pictures.push_back(std::move(*file));
    }

    template <class Item>
    void sortById(std::vector<Item>& items, const std::string& one) {
        std::ranges::stable_sort(items, {}, &Item::id);
        for (std::size_t i = 1; i < items.size(); ++i)
            if (items[i].id == items[i - 1].id)
                report({"coco.twice", "", one + " " + std::to_string(items[i].id) + " twice",
                        "each id once", ""});
    }

    void takeCategories() {
        sortById(m_index->m_categories, "category");
        if (m_index->m_categories.empty())
            report({"coco.category", "", "no category", "at least one", ""});
        if (m_index->m_categories.size() >= 65'000)
            report({"coco.category", "",
                    std::to_string(m_index->m_categories.size()) + " categories", "at most 65000",
                    ""});
    }

    void takeImages() {
        sortById(m_index->m_images, "image");
        std::map<std::string_view, std::int64_t> files;
        for (const CocoImage& image : m_index->m_images)
            if (const auto [known, isNew] = files.emplace(image.file, image.id); !isNew)
                report({"coco.twice", "",
                        "images " + std::to_string(known->second) + " and "
                            + std::to_string(image.id) + " with " + shortened(image.file, 80),
                        "each picture once", ""});
    }

    void note(Remark remark, std::int64_t id) {
        if (m_remarks[remark].count++ == 0)
            m_remarks[remark].first = id;
    }

    /// Puts the annotations in the order of their images.
    void takeAnnotations() {
        CocoIndex& index = *m_index;
        std::vector<std::size_t> counts(index.m_images.size() + 1);
        for (std::size_t a = 0; a < index.m_annotations.size(); ++a) {
            CocoAnnotation& annotation = index.m_annotations[a];
            annotation.image = placeOfImage(annotation, a);
            if (annotation.image >= 0)
                ++counts[static_cast<std::size_t>(annotation.image) + 1];
        }
        for (std::size_t i = 1; i < counts.size(); ++i)
            counts[i] += counts[i - 1];
        index.m_firsts = counts;
        std::vector<CocoAnnotation> sorted(counts.back());
        index.m_pictures.resize(m_kind == CocoIndex::Kind::Panoptic ? index.m_images.size() : 0);
        for (std::size_t a = 0; a < index.m_annotations.size(); ++a) {
            const CocoAnnotation& annotation = index.m_annotations[a];
            if (annotation.image < 0)
                continue;
            const auto image = static_cast<std::size_t>(annotation.image);
            index.m_hasMasks = index.m_hasMasks || annotation.segmentation.bytes > 0;
            sorted[counts[image]++] = annotation;
            if (m_kind == CocoIndex::Kind::Panoptic) {
                if (!index.m_pictures[image].empty())
                    report({"coco.twice", "", "two panoptic pictures of one image", "one", ""},
                           "image " + std::to_string(annotation.id));
                index.m_pictures[image] = std::move(m_pictures[a]);
            }
        }
        index.m_annotations = std::move(sorted);
    }

    /// The image of annotation number `a`, and its category; −1 where it is passed over.
    int placeOfImage(CocoAnnotation& annotation, std::size_t a) {
        const auto image = m_index->imageOf(m_imageIds[a]);
        if (!image) {
            note(OfNoImage, annotation.id);
            return -1;
        }
        if (m_kind == CocoIndex::Kind::Panoptic)
            return static_cast<int>(*image);
        const auto category = m_index->categoryOf(m_categoryIds[a]);
        if (!category) {
            report({"coco.category", "",
                    "category " + std::to_string(m_categoryIds[a]) + ", which is none",
                    "the id of one of the " + std::to_string(m_index->m_categories.size())
                        + " categories",
                    ""},
                   "annotation " + std::to_string(annotation.id));
            return -1;
        }
        annotation.category = *category;
        annotation.hasBox = touches(annotation.box, m_index->m_images[*image]);
        if (!annotation.hasBox)
            note(WithoutBox, annotation.id);
        return static_cast<int>(*image);
    }

    CocoIndex::Kind m_kind;
    std::shared_ptr<CocoIndex> m_index;
    Problems m_problems;
    std::vector<std::int64_t> m_imageIds, m_categoryIds; ///< an annotation, as they were read
    std::vector<std::string> m_pictures;                 ///< the same, of panoptic files
    std::array<CocoRemark, RemarkCount> m_remarks{
        {{"of an image that the file does not list", 0, 0},
         {"with a box of no area, or beside its image", 0, 0}}};
};

tl::expected<std::shared_ptr<const CocoIndex>, Problems>
CocoIndex::open(const std::filesystem::path& path, Kind kind) {
    auto file = JsonFile::open(path);
    if (!file)
        return tl::unexpected(Problems{file.error()});
    return CocoIndexReader(std::move(*file), kind).read();
}

} // namespace concertina
