import Commands

await Registree.main()
