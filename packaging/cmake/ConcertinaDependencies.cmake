# SPDX-License-Identifier: GPL-3.0-or-later
# Every library that the project uses; each is a Debian package of packaging/setup.sh.

find_package(nlohmann_json 3.11 REQUIRED)
find_package(tl-expected REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(Threads REQUIRED)

if(CONCERTINA_LIBTORCH)
    # An official LibTorch given by CMAKE_PREFIX_PATH comes before the system's.
    find_package(Torch REQUIRED)
    find_package(OpenCV REQUIRED COMPONENTS core imgproc imgcodecs videoio dnn)
    find_package(Protobuf REQUIRED) # which ONNX's targets link
    find_package(ONNX REQUIRED)
    find_package(PNG REQUIRED)
    set(HDF5_PREFER_PARALLEL OFF)
    find_package(HDF5 REQUIRED COMPONENTS C)
    find_package(OpenSSL REQUIRED COMPONENTS Crypto)
    find_package(CLI11 2.1 REQUIRED)
    find_path(JEMALLOC_INCLUDE_DIR jemalloc/jemalloc.h REQUIRED)
    find_library(JEMALLOC_LIBRARY jemalloc REQUIRED)
    # Not by libzip's own package files: Debian's ask for its command line programs as well.
    find_path(LIBZIP_INCLUDE_DIR zip.h REQUIRED)
    find_library(LIBZIP_LIBRARY zip REQUIRED)
    # Debian has it from 13 on; without it there is a runner and a reader less.
    find_path(ONNXRUNTIME_INCLUDE_DIR onnxruntime_cxx_api.h
              PATH_SUFFIXES onnxruntime onnxruntime/core/session)
    find_library(ONNXRUNTIME_LIBRARY onnxruntime)
    mark_as_advanced(ONNXRUNTIME_INCLUDE_DIR ONNXRUNTIME_LIBRARY)
    mark_as_advanced(JEMALLOC_INCLUDE_DIR JEMALLOC_LIBRARY LIBZIP_INCLUDE_DIR LIBZIP_LIBRARY)
endif()

if(CONCERTINA_GUI)
    # PrintSupport before QCustomPlot: Debian 13's package does not look for it itself.
    find_package(Qt6 6.4 REQUIRED COMPONENTS Widgets Svg PrintSupport)
    find_package(QCustomPlotQt6 REQUIRED)
endif()

if(CONCERTINA_TESTS)
    find_package(Qt6 6.4 REQUIRED COMPONENTS Core Test)
endif()
