// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/coco/json_file.h"
#include "core/data/coco/run_mask.h"
#include "core/values/color_map.h"
#include "core/values/objects.h"

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace concertina {

struct CocoImage {
    std::int64_t id = 0;
    std::string file; ///< its name, without folders
    int height = 0;
    int width = 0;
};

struct CocoCategory {
    std::int64_t id = 0;
    std::string name;
    std::optional<Rgb> color;
    std::vector<std::string> points;             ///< names of keypoints
    std::vector<std::pair<int, int>> skeleton{}; ///< which of them are joined, from 0

    bool operator==(const CocoCategory&) const = default;
};

/// What is kept of an annotation. Masks and points stay in the file until they are needed.
struct CocoAnnotation {
    std::int64_t id = 0;
    int image = 0;    ///< an index, as is
    int category = 0; ///< in the order of the categories' ids
    bool isCrowd = false;
    bool hasBox = false; ///< one with an area in the image
    Box box;
    double area = 0; ///< in pixels; the box's where the file says none
    FilePiece segmentation;
    FilePiece points;
};

/// A region of a panoptic picture.
struct CocoSegment {
    std::int64_t id = 0; ///< of its pixels: R + 256 G + 65536 B
    int category = 0;
};

/// What there is of few annotations and is passed over: how many, and the first one's id.
struct CocoRemark {
    std::string text; ///< "lie in no image of the file"
    std::size_t count = 0;
    std::int64_t first = 0;
};

/// One file of annotations in COCO's format (cocodataset.org/#format-data): what it says of every
/// image, found by one pass. Of an image that the file lists it says everything, even where that is
/// nothing; of another image nothing. May be used from several threads.
class CocoIndex {
public:
    enum class Kind {
        Objects,  ///< "instances_*", "person_keypoints_*"
        Panoptic, ///< "panoptic_*"
    };

    /// Problems, with file and id: those of `JsonFile::open` and `scanJsonLists`, "coco.list",
    /// "coco.field", "coco.twice", "coco.category", "coco.image", "coco.box"; at most
    /// `MostProblems`.
    static tl::expected<std::shared_ptr<const CocoIndex>, Problems>
    open(const std::filesystem::path& path, Kind kind);
    static constexpr std::size_t MostProblems = 20;

    const std::filesystem::path& path() const { return m_file->path(); }
    const std::vector<CocoImage>& images() const { return m_images; }            ///< by id
    const std::vector<CocoCategory>& categories() const { return m_categories; } ///< by id
    const std::vector<CocoRemark>& remarks() const { return m_remarks; }

    /// Its place; none where the file does not list it.
    std::optional<std::size_t> imageOf(std::int64_t id) const;

    std::span<const CocoAnnotation> annotations(std::size_t image) const;

    /// Whether any annotation has a mask; files of boxes alone have none.
    bool hasMasks() const { return m_hasMasks; }

    /// The mask of an annotation of an image, of its size. Problems, with file and id: those of
    /// `JsonFile::text` and `maskOfSegmentation`.
    Expected<RunMask> maskOf(std::size_t image, const CocoAnnotation& annotation) const;

    /// All objects of an image whose boxes have an area, in the file's order, with their points
    /// where the file has them; labels are indices of categories. Problems, with file and id:
    /// "coco.points" (of another count than the category's, or no numbers), "coco.changed".
    Expected<std::vector<ImageObject>> objectsOf(std::size_t image) const;

    /// The name of an image's panoptic picture, in the folder called as the file; empty: it has
    /// none.
    const std::string& pictureOf(std::size_t image) const;

    /// Its regions, by id. Problems, with file and image: "coco.segments", "coco.changed".
    Expected<std::vector<CocoSegment>> segmentsOf(std::size_t image) const;

private:
    friend class CocoIndexReader;
    CocoIndex() = default;

    Problem at(Problem problem, const std::string& what) const; ///< with file and annotation
    Expected<std::vector<Keypoint>> pointsOf(const CocoAnnotation& annotation) const;
    std::optional<int> categoryOf(std::int64_t id) const; ///< its index

    std::shared_ptr<const JsonFile> m_file;
    std::vector<CocoImage> m_images;
    std::vector<CocoCategory> m_categories;
    std::vector<CocoAnnotation> m_annotations; ///< by image
    std::vector<std::size_t> m_firsts;         ///< an image, and one more: its first annotation
    std::vector<std::string> m_pictures;       ///< an image, of panoptic files
    std::vector<CocoRemark> m_remarks;
    bool m_hasMasks = false;
};

} // namespace concertina
