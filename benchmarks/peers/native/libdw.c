/* Visits every DIE of FILE's .debug_info once with elfutils' libdw, depth first, and reads
   every line program, which is the least that a symbolizer has to do to know a whole file.
   Prints how many DIEs and rows there are. */

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <stdio.h>

static unsigned long walk(Dwarf_Die die) {
  unsigned long count = 0;
  do {
    Dwarf_Die child;
    count++;
    if (dwarf_child(&die, &child) == 0)
      count += walk(child);
  } while (dwarf_siblingof(&die, &die) == 0);
  return count;
}

int main(int argc, char **argv) {
  int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
  Dwarf *dwarf = fd < 0 ? NULL : dwarf_begin(fd, DWARF_C_READ);
  if (dwarf == NULL)
    return fprintf(stderr, "usage: libdw FILE, with debug information\n"), 2;
  unsigned long dies = 0, rows = 0;
  Dwarf_CU *cu = NULL;
  Dwarf_Die die;
  while (dwarf_get_units(dwarf, cu, &cu, NULL, NULL, &die, NULL) == 0) {
    Dwarf_Lines *lines;
    size_t count;
    dies += walk(die);
    if (dwarf_getsrclines(&die, &lines, &count) == 0)
      rows += count;
  }
  printf("%lu %lu\n", dies, rows);
}
