"""Region, kecamatan, kelurahan, RW, RT: codes, boundaries, look-up; the working calendar."""
