"""Pages of the register: posts, route, stickers, members, roster, attendance, paper."""
