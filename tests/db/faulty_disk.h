// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace concertina::testing {

/// While one lives, SQLite's files lie on a disk that can be made to fail: a layer over its
/// access to files, which works for every user, root too. Connections must be opened after it
/// and closed before it ends. One at a time.
class FaultyDisk {
public:
    FaultyDisk();
    ~FaultyDisk();
    FaultyDisk(const FaultyDisk&) = delete;
    FaultyDisk& operator=(const FaultyDisk&) = delete;

    enum class Fault {
        None,
        Full,     ///< a file cannot grow or be written: SQLITE_FULL
        Broken,   ///< SQLITE_IOERR_WRITE
        ReadOnly, ///< as a file system that was mounted again for reading
    };

    void setFault(Fault fault);
    int refusedWrites() const; ///< since the last setFault
};

} // namespace concertina::testing
