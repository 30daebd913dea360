// yard is a template, a structure with a method, and a function inside a function.
module yard;

struct Crate
{
    int width, height;

    int area() const
    {
        return width * height;
    }
}

int load(T)(T depth, int* total)
{
    const crate = Crate(depth, 2);
    int stow(int amount)
    {
        *total += amount + depth;
        return *total;
    }

    return depth == 0 ? stow(0) : stow(crate.area()) + load!T(cast(T)(depth - 1), total);
}

extern (C) int main()
{
    int total;
    return load!short(5, &total);
}
