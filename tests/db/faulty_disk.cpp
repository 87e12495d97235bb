// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/db/faulty_disk.h"

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <new>

namespace concertina::testing {

namespace {

// SQLite takes plain functions, so that the state is one for the process.
std::atomic<FaultyDisk::Fault> fault = FaultyDisk::Fault::None;
std::atomic<int> refused = 0;
sqlite3_vfs* below = nullptr;
sqlite3_vfs layer{};

/// In the room that SQLite gives: ours first, then the file of the layer below.
struct LayeredFile {
    sqlite3_file base{};

    sqlite3_file* real() {
        return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(this) + sizeof(LayeredFile));
    }
};

sqlite3_file* real(sqlite3_file* file) {
    return reinterpret_cast<LayeredFile*>(file)->real();
}

int refusal() {
    switch (fault.load()) {
    case FaultyDisk::Fault::Full: ++refused; return SQLITE_FULL;
    case FaultyDisk::Fault::Broken: ++refused; return SQLITE_IOERR_WRITE;
    case FaultyDisk::Fault::ReadOnly: ++refused; return SQLITE_READONLY;
    case FaultyDisk::Fault::None: break;
    }
    return SQLITE_OK;
}

int closeFile(sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); }
int readFrom(sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
    return real(f)->pMethods->xRead(real(f), to, n, at);
}
int writeTo(sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
    const int refusing = refusal();
    return refusing != SQLITE_OK ? refusing : real(f)->pMethods->xWrite(real(f), from, n, at);
}
int truncateTo(sqlite3_file* f, sqlite3_int64 n) {
    return real(f)->pMethods->xTruncate(real(f), n);
}
int syncFile(sqlite3_file* f, int flags) { return real(f)->pMethods->xSync(real(f), flags); }
int fileSize(sqlite3_file* f, sqlite3_int64* n) { return real(f)->pMethods->xFileSize(real(f), n); }
int lockFile(sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); }
int unlockFile(sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); }
int checkReserved(sqlite3_file* f, int* is) {
    return real(f)->pMethods->xCheckReservedLock(real(f), is);
}
int control(sqlite3_file* f, int what, void* with) {
    return real(f)->pMethods->xFileControl(real(f), what, with);
}
int sectorSize(sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); }
int characteristics(sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }
int shmMap(sqlite3_file* f, int page, int size, int extend, void volatile** to) {
    return real(f)->pMethods->xShmMap(real(f), page, size, extend, to);
}
int shmLock(sqlite3_file* f, int from, int n, int flags) {
    return real(f)->pMethods->xShmLock(real(f), from, n, flags);
}
void shmBarrier(sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); }
int shmUnmap(sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }

const sqlite3_io_methods methods = {2,           closeFile,     readFrom,   writeTo,
                                    truncateTo,  syncFile,      fileSize,   lockFile,
                                    unlockFile,  checkReserved, control,    sectorSize,
                                    characteristics, shmMap,    shmLock,    shmBarrier,
                                    shmUnmap,    nullptr,       nullptr};

int openFile(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* opened) {
    auto* mine = new (file) LayeredFile;
    const int result = below->xOpen(below, name, mine->real(), flags, opened);
    if (mine->real()->pMethods != nullptr)
        mine->base.pMethods = &methods;
    return result;
}

} // namespace

FaultyDisk::FaultyDisk() {
    below = sqlite3_vfs_find(nullptr);
    layer = *below;
    layer.zName = "faulty";
    layer.szOsFile = below->szOsFile + static_cast<int>(sizeof(LayeredFile));
    layer.xOpen = openFile;
    setFault(Fault::None);
    sqlite3_vfs_register(&layer, 1);
}

FaultyDisk::~FaultyDisk() {
    sqlite3_vfs_unregister(&layer);
    sqlite3_vfs_register(below, 1);
}

void FaultyDisk::setFault(Fault next) {
    refused = 0;
    fault = next;
}

int FaultyDisk::refusedWrites() const {
    return refused;
}

} // namespace concertina::testing
