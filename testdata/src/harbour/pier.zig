//! pier is a structure with a method, a generic function and an exported one.

const Crate = struct {
    width: u32,
    height: u32,

    fn area(self: Crate) u32 {
        return self.width * self.height;
    }
};

fn load(comptime T: type, depth: T, total: *volatile u32) void {
    const crate: Crate = .{ .width = depth, .height = 2 };
    total.* += crate.area();
    if (depth > 0) load(T, depth - 1, total);
}

export fn pier(depth: u8, total: *volatile u32) void {
    load(u8, depth, total);
}
