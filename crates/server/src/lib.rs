//! 明镜: the one program.
