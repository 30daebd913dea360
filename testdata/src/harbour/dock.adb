--  dock is a procedure with a package inside it that has a type, a function that
--  is inlined and a recursive procedure.
procedure Dock (Total : in out Integer) is
   package Cargo is
      type Crate is record
         Width, Height : Integer;
      end record;
      function Area (Self : Crate) return Integer is (Self.Width * Self.Height);
      procedure Load (Depth : Integer);
   end Cargo;

   package body Cargo is
      procedure Load (Depth : Integer) is
         C : constant Crate := (Depth, 2);
      begin
         if Depth > 0 then
            Total := Total + Area (C);
            Load (Depth - 1);
         end if;
      end Load;
   end Cargo;
begin
   Cargo.Load (5);
end Dock;
