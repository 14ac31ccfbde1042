"""Deep networks: trained, raced, cut by planes and measured. What a person picked comes in as a Deep, arrays go out."""
