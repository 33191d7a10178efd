enum EtcdStoragePlaceholder {}
