! ship is a main program, a module with a type and its procedure, a recursive
! subroutine and one inside it.
module cargo
  implicit none
  type :: crate
    real :: width, height
  contains
    procedure :: area => crate_area
  end type
contains
  pure real function crate_area(self)
    class(crate), intent(in) :: self
    crate_area = self%width * self%height
  end function

  recursive subroutine load(depth, total)
    integer, intent(in) :: depth
    real, intent(inout) :: total
    type(crate) :: c
    if (depth == 0) return
    c = crate(real(depth), 2.0)
    call stow(c%area())
    call load(depth - 1, total)
  contains
    subroutine stow(amount)
      real, intent(in) :: amount
      total = total * 1.5 + amount
    end subroutine
  end subroutine
end module

program ship
  use cargo
  real :: total
  total = 0
  call load(5, total)
  if (total > 9) stop 1
end program
